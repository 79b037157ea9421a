// What the matrix products of a forward pass take of the machine's arithmetic: the floor that
// prompts and large batches are held against.
#pragma once

#include <cstdint>

namespace hearth::runtime {

/// What a kernel multiplies: the rate that bounds it.
enum class Arithmetic { f32, bf16, int8 };

struct ProductWork {
  Arithmetic arithmetic = Arithmetic::f32;
  int64_t weights = 0;   ///< multiply-adds a row
  bool is_head = false;  ///< done only for the rows whose logits are asked for
};

}  // namespace hearth::runtime
