// Weights to f32, by vectors: codes first, then zero points and scales of their groups. The values
// are bit for bit those of base/decode.h and of the reference kernel.
#pragma once

#include "base/decode.h"
#include "kernels/matmul/weights.h"

namespace hearth::kernels {

/// The product is summed in chunks of this many columns (see dot_product.h); decoding goes chunk by
/// chunk, so a chunk starts at a whole block of every GGUF type. 8 decoded rows are 16 KB, half of
/// a first-level cache.
inline constexpr int64_t kChunk = 512;

inline constexpr int64_t kRowTile = 4;
inline constexpr int64_t kRowBlock = 8;
inline constexpr int64_t kLine = 16;  // floats of a cache line: padding against aliased rows

/// The scales and zero points of the groups that one chunk of a row touches.
struct GroupScales {
  int64_t group;   // columns
  int64_t offset;  // columns of the first group before the chunk
  int64_t count;
  float scale[kChunk];
  float zero_point[kChunk];
};

// values[i] = (values[i] - zero_point) * scale, group by group.
template <class S>
inline void scale_chunk(const GroupScales& groups, int64_t count, float* values) {
  for (int64_t g = 0, i = 0; g < groups.count; ++g) {
    const int64_t group_end = (g + 1) * groups.group - groups.offset;
    const int64_t end = group_end < count ? group_end : count;
    const auto z = S::set1(groups.zero_point[g]), s = S::set1(groups.scale[g]);
    for (; i + S::kLanes <= end; i += S::kLanes)
      S::store(values + i, S::mul(S::sub(S::load(values + i), z), s));
    for (; i < end; ++i) values[i] = (values[i] - groups.zero_point[g]) * groups.scale[g];
  }
}

/// out[i] = element first + i, by vectors, the last one padded (scalar code took longer for the few
/// scales of a chunk than vectors for its weights). A nibble row may start in the middle of a byte:
/// its first element is then taken alone.
template <class S, auto Load, int kBits>
inline void decode_plain(ElementType type, const std::byte* data, int64_t first, int64_t count,
                         float* out) {
  int64_t i = 0;
  if (kBits == 4 && first % 2 != 0 && count > 0) {
    decode_to_f32(type, data, static_cast<size_t>(first), 1, out);
    i = 1;
  }
  const std::byte* p = data + (first + i) * kBits / 8;
  for (; i + S::kLanes <= count; i += S::kLanes, p += S::kLanes * kBits / 8)
    S::store(out + i, Load(p));
  if (i == count) return;
  std::byte vector[S::kLanes * kBits / 8] = {};
  std::memcpy(vector, p, static_cast<size_t>(((count - i) * kBits + 7) / 8));
  S::store_partial(out + i, Load(vector), count - i);
}

/// The same with scales, when groups are whole vectors.
template <class S, auto Load, int kBits>
inline void decode_scaled(const std::byte* data, int64_t first, int64_t count,
                          const GroupScales& groups, float* out) {
  const std::byte* p = data + first * kBits / 8;
  for (int64_t g = 0, i = 0; g < groups.count; ++g) {
    const int64_t group_end = (g + 1) * groups.group - groups.offset;
    const int64_t end = group_end < count ? group_end : count;
    const auto z = S::set1(groups.zero_point[g]), s = S::set1(groups.scale[g]);
    for (; i < end; i += S::kLanes, p += S::kLanes * kBits / 8)
      S::store(out + i, S::mul(S::sub(Load(p), z), s));
  }
}

template <class S, auto Load, int kBits>
inline void decode_elements(ElementType type, const std::byte* data, int64_t first, int64_t count,
                            const GroupScales* groups, float* out) {
  if (groups != nullptr && groups->group % S::kLanes == 0 && count % S::kLanes == 0)
    return decode_scaled<S, Load, kBits>(data, first, count, *groups, out);
  decode_plain<S, Load, kBits>(type, data, first, count, out);
  if (groups != nullptr) scale_chunk<S>(*groups, count, out);
}

/// GGUF blocks; `first` and `count` are whole blocks.
template <class S, class Q>
inline void decode_blocks(const std::byte* data, int64_t first, int64_t count, float* out) {
  for (int64_t i = 0; i < count; i += kBlock) {
    typename S::F values[kBlockVectors<S>];
    Q::read(data, (first + i) / kBlock, values);
    for (int v = 0; v < kBlockVectors<S>; ++v) S::store(out + i + v * S::kLanes, values[v]);
  }
}

template <class S>
inline void decode_q6_k(const std::byte* block, int64_t count, float* out) {
  for (int64_t i = 0; i < count; i += 256, block += 210)
    for (int64_t half = 0; half < 2; ++half)
      for (int64_t c = 0; c < 32; c += S::kLanes) decode_q6_k_columns<S>(block, half, c, out + i);
}

/// out[i] = element first + i of any numeric type, less its zero point and times its scale if there
/// are `groups`. GGUF types: whole blocks.
template <class S>
inline void decode_any(ElementType type, const std::byte* data, int64_t first, int64_t count,
                       const GroupScales* groups, float* out) {
  using L = Load<S>;
  switch (type) {
    case ElementType::f32:
      return decode_elements<S, L::f32, 32>(type, data, first, count, groups, out);
    case ElementType::f16:
      return decode_elements<S, L::f16, 16>(type, data, first, count, groups, out);
    case ElementType::bf16:
      return decode_elements<S, L::bf16, 16>(type, data, first, count, groups, out);
    case ElementType::u8:
      return decode_elements<S, L::u8, 8>(type, data, first, count, groups, out);
    case ElementType::i8:
      return decode_elements<S, L::i8, 8>(type, data, first, count, groups, out);
    case ElementType::u4:
      return decode_elements<S, L::u4, 4>(type, data, first, count, groups, out);
    case ElementType::i4:
      return decode_elements<S, L::i4, 4>(type, data, first, count, groups, out);
    case ElementType::nf4:
      return decode_elements<S, L::nf4, 4>(type, data, first, count, groups, out);
    case ElementType::f4e2m1:
      return decode_elements<S, L::f4e2m1, 4>(type, data, first, count, groups, out);
    case ElementType::f8e4m3:
      return decode_elements<S, L::f8e4m3, 8>(type, data, first, count, groups, out);
    case ElementType::f8e5m2:
      return decode_elements<S, L::f8e5m2, 8>(type, data, first, count, groups, out);
    case ElementType::q8_0:
      return decode_blocks<S, Q8_0<S>>(data, first, count, out);
    case ElementType::q4_0:
      return decode_blocks<S, Q4_0<S>>(data, first, count, out);
    case ElementType::q4_1:
      return decode_blocks<S, Q4_1<S>>(data, first, count, out);
    case ElementType::q6_k:
      return decode_q6_k<S>(data + first / 256 * 210, count, out);
    default:
      decode_to_f32(type, data, static_cast<size_t>(first), static_cast<size_t>(count), out);
      if (groups != nullptr) scale_chunk<S>(*groups, count, out);
  }
}

/// Scales and zero points `index` to index + count - 1 of the weight, 1 and 0 where it has none.
template <class S>
inline void read_scales(const WeightMatrix& w, int64_t index, int64_t count, float* scale,
                        float* zero_point) {
  const auto fill = [count](float* values, float value) {
    for (int64_t g = 0; g < count; ++g) values[g] = value;
  };
  if (w.scales != nullptr) {
    decode_any<S>(w.scale_type, w.scales, index, count, nullptr, scale);
    for (int64_t g = 0; g < count; ++g) scale[g] *= w.tensor_scale;
  } else {
    fill(scale, 1.0f);
  }
  if (w.zero_points == nullptr) {
    fill(zero_point, 0.0f);
  } else if (w.zero_point_is_scalar) {
    float value;
    decode_to_f32(w.zero_point_type, w.zero_points, 0, 1, &value);
    fill(zero_point, value);
  } else {
    decode_any<S>(w.zero_point_type, w.zero_points, index, count, nullptr, zero_point);
  }
}

/// out[i] = W[n][first + i] for i < count <= kChunk: what products see.
template <class S>
inline void decode_weights(const WeightMatrix& w, int64_t n, int64_t first, int64_t count,
                           float* out) {
  const int64_t element = n * w.cols + first;
  if (w.is_plain()) return decode_any<S>(w.type, w.data, element, count, nullptr, out);
  if (w.table != nullptr) {
    decode_any<S>(w.type, w.data, element, count, nullptr, out);
    for (int64_t i = 0; i < count; ++i) out[i] = w.looked_up(out[i]);
    if (w.scales == nullptr && w.zero_points == nullptr) return;
  }
  GroupScales groups;
  const int64_t first_group = first / w.group;
  groups.group = w.group;
  groups.offset = first - first_group * w.group;
  groups.count = (first + count - 1) / w.group + 1 - first_group;
  read_scales<S>(w, n * (w.cols / w.group) + first_group, groups.count, groups.scale,
                 groups.zero_point);
  if (w.table != nullptr) return scale_chunk<S>(groups, count, out);
  decode_any<S>(w.type, w.data, element, count, &groups, out);
}

/// Where columns [first, first + count) of a row lie.
struct ColumnBytes {
  uintptr_t begin;
  int64_t count;
  ColumnBytes(const WeightMatrix& w, int64_t n, int64_t first, int64_t columns) {
    const bool blocks = is_gguf_block(w.type);
    const auto numerator = static_cast<int64_t>(blocks ? block_bytes(w.type) : bits_of(w.type));
    const auto denominator = static_cast<int64_t>(blocks ? block_elements(w.type) : 8);
    const int64_t offset = (n * w.cols + first) * numerator / denominator;
    begin = reinterpret_cast<uintptr_t>(w.data) + static_cast<uintptr_t>(offset);
    count = columns * numerator / denominator;
  }
};

/// Columns [first, first + count) of row n will be needed soon: the hardware's prefetchers lose the
/// track of rows that are read in short pieces.
template <class S>
inline void prefetch_columns(const WeightMatrix& w, int64_t n, int64_t first, int64_t count) {
  const ColumnBytes bytes(w, n, first, count);
  for (int64_t i = 0; i < bytes.count; i += 64) S::prefetch(bytes.begin + i);
}

template <class S>
inline void decode_whole_row(const WeightMatrix& w, int64_t n, float* out) {
  for (int64_t k = 0; k < w.cols; k += kChunk)
    decode_weights<S>(w, n, k, w.cols - k < kChunk ? w.cols - k : kChunk, out + k);
}

}  // namespace hearth::kernels
