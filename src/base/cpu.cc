#include "base/cpu.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/cgroup.h"
#include "base/env.h"
#include "base/error.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace hearth {
namespace {

constexpr std::string_view kIsaNames[] = {"scalar",      "avx2",        "avx_vnni", "avx512",
                                          "avx512_vnni", "avx512_bf16", "amx"};

#if defined(__x86_64__)
// Bits of CPUID leaf 7 that __builtin_cpu_supports does not know in all compilers.
struct Leaf7 {
  uint32_t ecx = 0;
  uint32_t edx = 0;
  uint32_t eax1 = 0;  // of sub-leaf 1

  Leaf7() {
    uint32_t eax, ebx, unused;
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || eax < 1) return;
    __get_cpuid_count(7, 1, &eax1, &ebx, &unused, &unused);
  }
  static bool bit(uint32_t word, int index) { return (word >> index & 1) != 0; }
  bool avx_vnni() const { return bit(eax1, 4); }
  bool avx512_vnni() const { return bit(ecx, 11); }
  bool avx512_bf16() const { return bit(eax1, 5); }
  bool amx() const { return bit(edx, 22) && bit(edx, 24) && bit(edx, 25); }
};

// Linux gives the tile registers to processes that ask; a hypervisor may refuse although CPUID
// shows them.
bool amx_granted() {
#if defined(__linux__)
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XTILEDATA
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

bool machine_has(Isa isa) {
  static const Leaf7 leaf;
  switch (isa) {
    case Isa::scalar:
      return true;
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("avx");
    case Isa::avx_vnni:
      return machine_has(Isa::avx2) && leaf.avx_vnni();
    case Isa::avx512:
      return machine_has(Isa::avx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    case Isa::avx512_vnni:
      return machine_has(Isa::avx512) && leaf.avx512_vnni();
    case Isa::avx512_bf16:
      return machine_has(Isa::avx512_vnni) && leaf.avx512_bf16();
    case Isa::amx: {
      static const bool has = machine_has(Isa::avx512_bf16) && leaf.amx() && amx_granted();
      return has;
    }
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
  for (Isa isa : kAllIsas)
    if (machine_has(isa)) best = isa;
  return best;
}

Isa choose_isa() {
  const Isa best = best_isa();
  const std::string cap = value(Env::HEARTH_ISA);
  if (cap.empty()) return best;
  const auto* found = std::find(std::begin(kIsaNames), std::end(kIsaNames), cap);
  if (found == std::end(kIsaNames))
    bad_input("HEARTH_ISA is `{}`; known are {}", cap, fmt::join(kIsaNames, ", "));
  const auto wanted = static_cast<Isa>(found - std::begin(kIsaNames));
  if (!machine_has(wanted))
    bad_input("HEARTH_ISA asks for {}, which this processor does not have; its best is {}", cap,
              to_string(best));
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

bool has_isa(Isa isa) {
  static const auto has = [] {
    std::array<bool, std::size(kAllIsas)> out{};
    for (Isa each : kAllIsas)
      out[static_cast<size_t>(each)] = each <= active_isa() && machine_has(each);
    return out;
  }();
  return has[static_cast<size_t>(isa)];
}

bool bf16_outruns_f32() {
#if defined(__x86_64__)
  static const bool is_intel = __builtin_cpu_is("intel") != 0;
  return has_isa(Isa::avx512_bf16) && !is_intel;
#else
  return false;
#endif
}

bool has_bf16_arithmetic() { return has_isa(Isa::avx512_bf16); }

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
