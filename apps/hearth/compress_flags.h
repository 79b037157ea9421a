// The flags that say how weights are stored, of `hearth export` and `hearth compress`; the words
// are optimum-cli's.
#pragma once

#include <hearth/export.hpp>
#include <string>

#include "hearth/command.h"

namespace hearth::cli {

struct CompressFlags {
  std::string weight_format, backup, fallback, sensitivity_metric, ignored_scope, table, report;
  double ratio = 0;
  int64_t group_size = 0;
  bool sym = false, all_layers = false, awq = false;

  /// Adds the flags; `formats` of floats too where they are possible.
  void add_to(CLI::App& command, bool float_formats);
  /// Fills in weight_format or compress. Throws bad_input for what excludes each other.
  void apply_to(ExportOptions& options) const;
  /// One line a group of layers on stderr, and the file of --report.
  void print(const ExportReport& report, const std::string& output) const;

 private:
  CLI::App* command_ = nullptr;
  bool float_formats_ = false;
  void check_report() const;
  bool given(const char* flag) const;
};

/// Exports with a progress bar and says what came of it.
void run_export(const ExportOptions& options, const CompressFlags& flags, const char* task);

}  // namespace hearth::cli
