// The cache seen as the IR's variables: [batch, kv heads, tokens, head size] f32 tensors, copied
// out of and into the blocks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/tensor.hpp"
#include "runtime/plan.h"

namespace hearth::runtime {

/// Throws bad_input for a variable that is not in the cache.
Tensor read_kv_state(const Plan& plan, const std::vector<KvSequence>& sequences,
                     const std::string& variable);

/// Makes `sequences` hold as many rows and tokens as `value` has and writes this variable. The
/// other variables keep what they had; set all of them before the next inference.
void write_kv_state(const Plan& plan, const std::shared_ptr<KvBlocks>& blocks,
                    std::vector<KvSequence>& sequences, const std::string& variable,
                    const Tensor& value);

}  // namespace hearth::runtime
