#include <chrono>
#include <filesystem>
#include <fstream>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "passes/pass.h"

namespace hearth::passes {

const std::vector<PassInfo>& all_passes() {
  static const std::vector<PassInfo> list = {
#define HEARTH_PASS(name, summary) {#name, summary, name},
#include "passes/passes.inc"
#undef HEARTH_PASS
  };
  return list;
}

PassOptions PassOptions::from_environment() {
  PassOptions options;
  options.verify = value(Env::HEARTH_VERIFY_PASSES) == "1";
  options.dump_folder = value(Env::HEARTH_DUMP_GRAPH);
  const std::string names = value(Env::HEARTH_DISABLE_PASS);
  for (size_t begin = 0; begin < names.size();) {
    const size_t comma = std::min(names.find(',', begin), names.size());
    options.disabled.insert(names.substr(begin, comma - begin));
    begin = comma + 1;
  }
  for (const std::string& name : options.disabled) {
    std::string known;
    for (const PassInfo& pass : all_passes()) {
      known += (known.empty() ? "" : ", ") + std::string(pass.name);
      if (name == pass.name) known.clear();
      if (name == pass.name) break;
    }
    if (!known.empty()) bad_input("HEARTH_DISABLE_PASS names `{}`; known are {}", name, known);
  }
  return options;
}

namespace {

void dump(const ir::Graph& graph, const PassOptions& options, size_t index,
          const std::string& name) {
  if (options.dump_folder.empty()) return;
  std::filesystem::create_directories(options.dump_folder);
  std::ofstream file(std::filesystem::path(options.dump_folder) /
                     fmt::format("{:02}_{}.txt", index, name));
  file << ir::print(graph);
}

}  // namespace

std::vector<PassReport> run_passes(ir::Graph& graph, const PassOptions& options) {
  std::vector<PassReport> reports;
  dump(graph, options, 0, "input");
  for (const PassInfo& pass : all_passes()) {
    PassReport report;
    report.name = pass.name;
    report.skipped = options.disabled.count(pass.name) != 0;
    if (!report.skipped) {
      const auto start = std::chrono::steady_clock::now();
      report.changed = pass.run(graph);
      if (report.changed) graph.prune();
      const std::chrono::duration<double, std::micro> took =
          std::chrono::steady_clock::now() - start;
      report.microseconds = took.count();
      if (options.verify) ir::verify(graph);
      dump(graph, options, reports.size() + 1, pass.name);
      log(LogLevel::debug, "pass {}: {:.0f} us{}", pass.name, report.microseconds,
          report.changed ? "" : ", nothing to do");
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace hearth::passes
