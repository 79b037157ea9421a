// A model compiled for the CPU: the steps in order, where every value lives, and how much memory a
// row of tokens takes. Made once, immutable, shared by all requests.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "passes/pass.h"
#include "runtime/cpu/step.h"
#include "runtime/kv_cache.h"
#include "runtime/properties.h"

namespace hearth::runtime {

struct PlannedValue {
  ir::Value source;
  ElementType type = ElementType::dynamic;
  PartialShape shape;
  Tensor constant;            ///< set for constants
  int64_t row_floats = 0;     ///< > 0: lies in the arena, this many floats a token row
  int64_t offset_floats = 0;  ///< of row 0 when there is one row; scales with the rows
  int first_step = -1;        ///< where it is written
  int last_step = -1;         ///< where it is read last, views included
};

struct Plan {
  ir::Graph graph;  ///< after all passes
  Settings settings;
  std::vector<passes::PassReport> passes;
  std::vector<PlannedValue> values;
  std::vector<std::unique_ptr<Step>> steps;
  std::map<std::string, int> inputs;  ///< tensor name -> value; every name of every parameter
  std::vector<int> parameters;        ///< in model order
  std::vector<int> results;           ///< in model order
  /// Attention layers in the cache: their key and value variables and layouts. Empty when the
  /// states of the model are plain tensors or it has none.
  std::vector<std::string> key_variables;
  std::vector<std::string> value_variables;
  std::vector<kernels::KvLayout> kv_layouts;
  int64_t arena_row_floats = 0;  ///< the arena's size for one token row

  size_t weight_bytes = 0;            ///< of the matrices that every forward pass multiplies with
  std::vector<ProductWork> products;  ///< of every pass, one for each such step

  bool cached() const { return !kv_layouts.empty(); }
  /// True when the rows of different sequences do not influence each other outside of attention, so
  /// that sequences may share a forward pass and prompts may be cut.
  bool rows_independent = true;
};

/// Runs the passes on a copy of the graph and plans it. Throws bad_input.
std::shared_ptr<const Plan> make_plan(const ir::Graph& graph, const Settings& settings);

/// The plan in words: passes with times, steps with kernels and refusals, memory.
std::string explain(const Plan& plan);

}  // namespace hearth::runtime
