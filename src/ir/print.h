// A graph as text for people and tests; parse_text.h reads it back. One line per node:
//
//   graph "Model0" rt_info{...}
//   %x = Parameter : f32[?,64] names("x")
//   %w = Const f32[64,64] random(1, -0.5, 0.5)
//   %axes = Const i64[1] [-1]
//   %y = MatMul(%x, %w) {transpose_b=true} : f32[?,64]      # a comment
//   %s = VariadicSplit(%y, %axes, %lengths) : f32[?,32], f32[?,32]
//   %z = Add(%s:0, %s:1) : f32[?,32] names("z") rt_info{attribute(name="a", version="0")}
//   %r = Result(%z)
//
// A node is `%name = Op(inputs) {attributes} : types notes`; what is empty or at its default is
// left out. An input is a name, with `:k` when it is not output 0; `_` is an input left out. Names
// of letters, digits and `_ . / -` stand bare, others in quotes. Notes: `name("...")` when two
// nodes share a friendly name, `version("opset1")`, `names("...")` of the tensors (`names:1` for
// output 1), `rt_info{tag(key="value"){...}}`, `in_rt_info:0{...}` and `out_rt_info:0{...}` for
// ports.
//
// Values of a constant: `[...]` row by row (a bare number for a scalar), `splat(v)`,
// `random(seed, low, high)` (an inclusive range for integers), `random(seed)` for any bits,
// `hex(...)`, and `elided` where they were left out (read back as zeros).
#pragma once

#include <cstddef>
#include <string>

#include "ir/graph.h"

namespace hearth::ir {

struct PrintOptions {
  size_t max_values = 16;  ///< constants with more elements are splat or elided
};

/// In topological order. parse_text(print(g)) equals g when no constant was elided.
std::string print(const Graph& graph, const PrintOptions& options = {});

}  // namespace hearth::ir
