// Reading elements of any numeric type as f32, and writing f32 as the float types that tensors
// carry: the scalar definition that kernels and the interpreter are checked against.
#pragma once

#include <cstddef>

#include "hearth/element_type.hpp"

namespace hearth {

/// out[i] = element first + i of `data`, for every numeric type, packed and GGUF block types
/// included. Integers of more than 24 bits round to nearest.
void decode_to_f32(ElementType type, const std::byte* data, size_t first, size_t count, float* out);

/// data[first + i] = in[i], rounded to nearest even. Types: f16, bf16, f32, f64.
void encode_from_f32(ElementType type, const float* in, size_t first, size_t count,
                     std::byte* data);

/// Element `index` of an integer or boolean tensor; u64 above INT64_MAX wraps. Types: boolean,
/// [iu]{4,8,16,32,64}, u1, u2.
int64_t read_int(ElementType type, const std::byte* data, size_t index);

}  // namespace hearth
