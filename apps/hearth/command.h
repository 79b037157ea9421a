// What the commands share: their list, the options of those that run a model, output and
// interruption. stdout carries the answer, stderr the rest. Exit codes: 0 done, 1 the work failed,
// 2 bad input or usage, 130 interrupted.
#pragma once

#include <CLI/CLI.hpp>
#include <hearth/any.hpp>
#include <hearth/progress.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hearth::cli {

#define HEARTH_COMMAND(name) void add_##name##_command(CLI::App& app);
#include "hearth/commands.inc"
#undef HEARTH_COMMAND

/// --device, --threads and --property.
struct ModelOptions {
  std::string model;
  std::string device = "CPU";
  int threads = 0;
  std::vector<std::string> properties;

  void add_to(CLI::App& command);
  /// Throws bad_input for a property that is not NAME=VALUE.
  AnyMap device_properties() const;
};

/// Items NAME=VALUE of `option`; throws bad_input for others.
AnyMap parse_properties(const std::vector<std::string>& items, const char* option);

/// A line on a terminal's stderr with a bar, a rate and the time left; silent in a pipe.
class TerminalProgress : public Progress {
 public:
  explicit TerminalProgress(std::string task);
  ~TerminalProgress() override;
  void update(uint64_t done, uint64_t total, std::string_view what) override;
  bool cancelled() const override;

 private:
  std::string task_, what_;
  bool terminal_;
  double start_ = 0;  // of what is counted in `what_`
  double drawn_ = 0;
};

/// Ctrl-C from here on sets a flag (see interrupted()) instead of ending the process at once; a
/// second one ends it.
void catch_interrupts();
bool interrupted();
/// Ctrl-C from here on ends the process at once with 130: for work that leaves nothing half-made.
void exit_on_interrupts();

/// Pretty JSON on stdout, with a newline. Text that is not UTF-8 is replaced.
void print_json(const nlohmann::ordered_json& json);

std::string read_file(const std::string& path);
std::vector<size_t> parse_sizes(const std::string& list, const char* option);
size_t peak_rss_bytes();

}  // namespace hearth::cli
