// One cell of the cache: the keys or the values of one head and token, written and read element by
// element. This is what a cache type means; kernels have faster ways with the same result.
//
// A block holds, for every kv head, a piece of keys, then for every kv head a piece of values:
//   f32, f16, bf16   keys [D, cells], values [cells, Dv]
//   i16              codes in the pairs that vpdpwssd multiplies: keys [(D + 1) / 2, cells, 2],
//                    values [cells / 2, padded Dv, 2]; then a step (bf16) for each cell
//   u8               codes as f32's elements, then a scale (f32) for each cell, then its zero point
//                    (u8)
//   u4               keys [(D + 1) / 2, cells]: a byte has element 2i in its low half, 2i + 1 in
//                    the other; values [cells, (Dv + 1) / 2] likewise. Then a scale (f32) for each
//                    cell; zero points and multipliers (u8), [groups, cells] for keys and [cells,
//                    groups] for values, where a group is kCodeGroup elements of a cell.
// An element is step * code in i16, and scale * multiplier * (code - zero) in the others; u8 has
// one group and the multiplier 1. The codes of a cell depend on that cell alone, so results depend
// neither on how a prompt was cut nor on what a forked block holds besides. That rules out keys
// quantised by channel.
#pragma once

#include "kernels/attention/attention.h"

namespace hearth::kernels {

inline constexpr int64_t kCodeGroup = 32;
// Largest codes of i16: what 64 products of keys with a query's 12 bits, and of values with a
// weight's 13, leave room for in 31 bits.
inline constexpr float kKeyCodes = 8191.0f, kValueCodes = 4095.0f;

/// The step of an i16 cell, bf16 and never too small, and codes to a unit: 0 where all codes are 0,
/// since the cell holds nothing (step 0) or something that is not finite (step NaN).
struct IntegerStep {
  uint16_t step = 0;
  float codes = 0;
};
/// `most` has the largest magnitude of the cell, or its bits where not finite.
IntegerStep integer_step(float most, float limit);

bool is_quantized(ElementType type);
/// Groups of a cell of `dim` elements.
int64_t code_groups(ElementType type, int64_t dim);

/// Where the parts of a quantised piece begin, and its size in bytes; of i16, only `scales`, its
/// steps.
struct CodePiece {
  size_t scales = 0, zeros = 0, multipliers = 0, bytes = 0;
};
CodePiece key_piece(const KvLayout& layout);
CodePiece value_piece(const KvLayout& layout);

/// Writes x, D keys or Dv values, to cell `cell` of a head's piece.
void write_key(const KvLayout& layout, std::byte* piece, int64_t cell, const float* x);
void write_value(const KvLayout& layout, std::byte* piece, int64_t cell, const float* x);

void read_key(const KvLayout& layout, const std::byte* piece, int64_t cell, float* out);
void read_value(const KvLayout& layout, const std::byte* piece, int64_t cell, float* out);

}  // namespace hearth::kernels
