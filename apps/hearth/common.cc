// What command.h declares.
#include <unistd.h>
#include <hearth/exception.hpp>

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "hearth/command.h"

namespace hearth::cli {
namespace {

std::atomic<bool> interrupt_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

void on_interrupt(int) {
  if (interrupt_flag.exchange(true)) _exit(130);
}

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// "95.4 MB", "1.10 G weights", "12 prompts"
std::string amount(uint64_t n, std::string_view what) {
  std::ostringstream out;
  const auto value = static_cast<double>(n);
  const char* unit = value >= 1e9 ? "G" : "M";
  if (what == "bytes" || n >= 10'000'000) {
    out.precision(value >= 1e9 && value < 1e10 ? 2 : 1);
    out << std::fixed << value / (value >= 1e9 ? 1e9 : 1e6) << ' ' << unit;
    if (what == "bytes") return out.str() + "B";
  } else {
    out << n;
  }
  out << ' ' << what;
  return out.str();
}

}  // namespace

void ModelOptions::add_to(CLI::App& command) {
  command.add_option("model", model, "IR folder, Hugging Face folder or .gguf file")->required();
  command.add_option("--device", device, "Device to run on")->capture_default_str();
  command.add_option("--threads", threads, "Threads to use (default: all cores of this process)")
      ->check(CLI::NonNegativeNumber);
  command.add_option(
      "--property", properties,
      "Device property NAME=VALUE, such as INFERENCE_PRECISION_HINT=f32; repeatable");
}

AnyMap parse_properties(const std::vector<std::string>& items, const char* option) {
  AnyMap out;
  for (const std::string& item : items) {
    const size_t equals = item.find('=');
    if (equals == std::string::npos)
      throw Exception(ErrorKind::bad_input,
                      std::string(option) + " takes NAME=VALUE, not `" + item + "`");
    out[item.substr(0, equals)] = item.substr(equals + 1);
  }
  return out;
}

AnyMap ModelOptions::device_properties() const {
  AnyMap out = parse_properties(properties, "--property");
  if (threads > 0) out["INFERENCE_NUM_THREADS"] = threads;
  return out;
}

TerminalProgress::TerminalProgress(std::string task)
    : task_(std::move(task)), terminal_(isatty(STDERR_FILENO) != 0) {}

TerminalProgress::~TerminalProgress() {
  if (terminal_ && drawn_ > 0) std::fprintf(stderr, "\r\x1b[K");
}

void TerminalProgress::update(uint64_t done, uint64_t total, std::string_view what) {
  const double now = seconds();
  if (!terminal_ || total == 0) return;
  if (what != what_) {
    what_ = what;
    start_ = now;
  }
  if (now - std::max(drawn_, start_) < 0.1) return;  // too early to tell a rate, or to draw again
  drawn_ = now;
  const double fraction = static_cast<double>(done) / static_cast<double>(total);
  const double elapsed = now - start_;
  const double left = fraction > 0 ? elapsed / fraction - elapsed : 0;
  const auto rate = static_cast<uint64_t>(static_cast<double>(done) / std::max(elapsed, 1e-6));
  std::string bar(static_cast<size_t>(fraction * 24), '#');
  bar.resize(24, '.');
  std::fprintf(stderr, "\r%s [%s] %3.0f%%  %s of %s, %s/s, %.0f s left\x1b[K", task_.c_str(),
               bar.c_str(), fraction * 100, amount(done, what).c_str(), amount(total, what).c_str(),
               amount(rate, what).c_str(), left);
  std::fflush(stderr);
}

bool TerminalProgress::cancelled() const { return interrupted(); }

void catch_interrupts() { set_handler(on_interrupt); }

void exit_on_interrupts() {
  set_handler([](int) { _exit(130); });
}

bool interrupted() { return interrupt_flag.load(); }

void print_json(const nlohmann::ordered_json& json) {
  std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  // Inserting nothing counts as a failure of the stream: an empty file is none.
  if (in && in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (in.bad() || !in.is_open() || !text)
    throw Exception(ErrorKind::bad_input, path + ": cannot be read");
  return text.str();
}

std::vector<size_t> parse_sizes(const std::string& list, const char* option) {
  std::vector<size_t> out;
  std::istringstream items(list);
  for (std::string item; std::getline(items, item, ',');) {
    size_t value = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), value);
    if (item.empty() || error != std::errc() || end != item.data() + item.size())
      throw Exception(ErrorKind::bad_input,
                      std::string(option) + " takes numbers with commas, not `" + list + "`");
    out.push_back(value);
  }
  return out;
}

size_t peak_rss_bytes() {
  // Not getrusage, whose maximum includes the process that this one was started from.
  std::ifstream status("/proc/self/status");
  const std::string key = "VmHWM:";
  for (std::string line; std::getline(status, line);)
    if (line.rfind(key, 0) == 0) return std::stoul(line.substr(key.size())) * 1024;
  return 0;
}

}  // namespace hearth::cli
