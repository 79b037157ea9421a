// One cell of the cache: the keys or the values of one head and token, written and read element by
// element. This is what a cache type means; kernels have faster ways with the same result.
//
// A block holds, for every kv head, a piece of keys, then for every kv head a piece of values:
//   f32, f16, bf16   keys [D, cells], values [cells, Dv]
//   i16              codes in the pairs that vpdpwssd multiplies: keys [(D + 1) / 2, cells, 2],
//                    values [cells / 2, padded Dv, 2]; then a step (bf16) for each cell
//   u8               codes in the quads that vpdpbusd multiplies: keys, 128 more than the code,
//                    [(D + 3) / 4, cells, 4]; values, signed, [cells / 4, padded Dv, 4]; then steps
//                    (bf16), of keys [groups, cells], where a group is kCodeGroup elements of a
//                    cell, and of values [cells]
//   u4               keys [(D + 1) / 2, cells]: a byte has element 2i in its low half, 2i + 1 in
//                    the other; values [cells, (Dv + 1) / 2] likewise. Then a scale (f32) for each
//                    cell; zero points and multipliers (u8), [groups, cells] for keys and [cells,
//                    groups] for values.
// An element is step * code in i16 and u8, and scale * multiplier * (code - zero) in u4. The codes
// of a cell depend on that cell alone, so results depend neither on how a prompt was cut nor on
// what a forked block holds besides. That rules out keys quantised by channel.
#pragma once

#include "kernels/attention/attention.h"

namespace hearth::kernels {

inline constexpr int64_t kCodeGroup = 32;
// Largest codes of i16: what 64 products of keys with a query's 12 bits, and of values with a
// weight's 13, leave room for in 31 bits.
inline constexpr float kKeyCodes = 8191.0f, kValueCodes = 4095.0f;
/// Of u8.
inline constexpr float kByteCodes = 127.0f;
inline constexpr int kByteKeyZero = 128;

/// The step of a cell or group, in bf16, and codes to a unit: 0 where all codes are 0, since it
/// holds nothing (step 0) or something that is not finite (step NaN).
struct IntegerStep {
  uint16_t step = 0;
  float codes = 0;
};
/// Of an i16 cell: never too small for its limit. `most` has the largest magnitude, or its bits
/// where not finite.
IntegerStep integer_step(float most, float limit);
/// Of a group of u8: the nearest, so that the largest code is 127 and codes of what is read are the
/// same codes.
IntegerStep byte_step(float most);

bool is_quantized(ElementType type);
/// Groups of kCodeGroup in a cell of `dim` elements.
int64_t code_groups(int64_t dim);

/// Where the parts of a quantised piece begin, and its size in bytes; of i16 and u8, only `scales`,
/// their steps.
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
