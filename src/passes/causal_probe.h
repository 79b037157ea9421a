// Decides what an attention mask means by computing it. Tracers spell the same causal mask in many
// ways, and the spelling changes with every release; so instead of matching the ops, the mask's
// sub-graph is evaluated on a few small batches and compared with what a causal mask would be.
#pragma once

#include <optional>

#include "ir/graph.h"

namespace hearth::passes {

/// What the mask lets a query at position p of its sequence see: the cells j <= p, of those only
/// j > p - window when window > 0, and none that attention_mask has at 0.
struct CausalMask {
  int64_t window = 0;
};

/// The inputs that the probe sets, and the state it pretends to have.
struct ProbeInputs {
  ir::NodeId input_ids = ir::kNoNode;
  ir::NodeId attention_mask = ir::kNoNode;
  ir::NodeId position_ids = ir::kNoNode;  ///< may be missing
  ir::NodeId beam_idx = ir::kNoNode;      ///< may be missing
};

/// Empty when the mask is anything else, or needs more than those inputs and the sizes of the
/// state.
std::optional<CausalMask> probe_causal_mask(const ir::Graph& graph, ir::Value mask,
                                            const ProbeInputs& inputs);

}  // namespace hearth::passes
