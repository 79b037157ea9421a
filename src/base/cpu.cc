#include "base/cpu.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/cgroup.h"
#include "base/env.h"
#include "base/error.h"

namespace hearth {
namespace {

constexpr std::string_view kIsaNames[] = {"scalar", "avx2", "avx512"};

#if defined(__x86_64__)
bool machine_has(Isa isa) {
  switch (isa) {
    case Isa::scalar:
      return true;
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("avx");
    case Isa::avx512:
      return machine_has(Isa::avx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
  return false;
}
#else
bool machine_has(Isa isa) { return isa == Isa::scalar; }
#endif

// One line of /proc/cpuinfo, "flags" or "model name"; empty when there is none.
std::string cpuinfo(std::string_view key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key, 0) != 0) continue;
    const size_t colon = line.find(": ");
    return colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  return {};
}

bool has_flag(const std::string& flags, std::string_view flag) {
  std::istringstream words(flags);
  for (std::string word; words >> word;)
    if (word == flag) return true;
  return false;
}

Isa best_isa() {
  Isa best = Isa::scalar;
  for (Isa isa : {Isa::avx2, Isa::avx512})
    if (machine_has(isa)) best = isa;
  return best;
}

Isa choose_isa() {
  const Isa best = best_isa();
  const std::string cap = value(Env::HEARTH_ISA);
  if (cap.empty()) return best;
  const auto* found = std::find(std::begin(kIsaNames), std::end(kIsaNames), cap);
  if (found == std::end(kIsaNames))
    bad_input("HEARTH_ISA is `{}`; known are scalar, avx2 and avx512", cap);
  const auto wanted = static_cast<Isa>(found - std::begin(kIsaNames));
  if (wanted > best)
    bad_input("HEARTH_ISA asks for {}, but this processor's best is {}", cap, to_string(best));
  return wanted;
}

int count_cores() {
  if (const std::string wanted = value(Env::HEARTH_THREADS); !wanted.empty()) {
    int threads = 0;
    const auto [end, error] =
        std::from_chars(wanted.data(), wanted.data() + wanted.size(), threads);
    if (error != std::errc() || end != wanted.data() + wanted.size() || threads < 1 ||
        threads > 1024)
      bad_input("HEARTH_THREADS is `{}`; it takes a number from 1 to 1024", wanted);
    return threads;
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  int cores = ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  if (const double quota = cgroup_cpu_quota("/proc", "/sys"); quota > 0)
    cores = std::min(cores, static_cast<int>(std::ceil(quota)));
  return std::max(cores, 1);
}

}  // namespace

std::string_view to_string(Isa isa) { return kIsaNames[static_cast<size_t>(isa)]; }

Isa active_isa() {
  static const Isa isa = choose_isa();
  return isa;
}

bool has_bf16_arithmetic() {
  static const bool has = [] {
    const std::string flags = cpuinfo("flags");
    return active_isa() == Isa::avx512 &&
           (has_flag(flags, "avx512_bf16") || has_flag(flags, "amx_bf16"));
  }();
  return has;
}

std::string describe_cpu() {
  const std::string flags = cpuinfo("flags");
  std::string has;
  for (const char* flag : {"avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512_vnni",
                           "avx512_bf16", "avx512_fp16", "amx_int8", "amx_bf16"})
    if (has_flag(flags, flag)) has += (has.empty() ? "" : " ") + std::string(flag);
  return fmt::format("{}, using {} (has: {})", cpuinfo("model name"), to_string(active_isa()),
                     has.empty() ? "nothing beyond the base" : has);
}

int usable_cores() {
  static const int cores = count_cores();
  return cores;
}

}  // namespace hearth
