// Rewrites of the graph, one per file, listed in passes.inc and run in that order by one runner
// that times them, leaves out what is switched off, and can check the graph after each.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace hearth::passes {

#define HEARTH_PASS(name, summary) bool name(ir::Graph& graph);
#include "passes/passes.inc"
#undef HEARTH_PASS

struct PassInfo {
  const char* name;
  const char* summary;
  bool (*run)(ir::Graph&);  ///< true when the graph changed
};
const std::vector<PassInfo>& all_passes();

struct PassOptions {
  std::set<std::string> disabled;
  bool verify = false;      ///< check the graph's invariants after every pass
  std::string dump_folder;  ///< graph text before the first and after every pass; empty = none
  /// The options that HEARTH_DISABLE_PASS, HEARTH_VERIFY_PASSES and HEARTH_DUMP_GRAPH ask for.
  /// Throws bad_input for the name of a pass that does not exist.
  static PassOptions from_environment();
};

struct PassReport {
  std::string name;
  double microseconds = 0;
  bool changed = false;
  bool skipped = false;
};
/// Runs every pass once, in order.
std::vector<PassReport> run_passes(ir::Graph& graph, const PassOptions& options);

}  // namespace hearth::passes
