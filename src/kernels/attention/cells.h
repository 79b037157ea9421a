// Blocks of the cache for one instruction set: where the cells of a kv head lie, reading them as
// f32, and writing new ones.
#pragma once

#include <cstring>

#include "base/decode.h"
#include "kernels/attention/driver.h"

namespace hearth::kernels {

/// Keys [D, kBlockTokens] of the tile's kv head in one block.
template <class S, int kBytes>
inline const std::byte* key_block(const QueryTile& tile, int64_t block) {
  return tile.sequence->blocks[block] +
         tile.kv_head * tile.args->layout.key_dim * kBlockTokens * kBytes;
}

/// Values [kBlockTokens, Dv] of the tile's kv head in one block.
template <class S, int kBytes>
inline const std::byte* value_block(const QueryTile& tile, int64_t block) {
  const KvLayout& layout = tile.args->layout;
  return tile.sequence->blocks[block] + layout.key_bytes() +
         tile.kv_head * kBlockTokens * layout.value_dim * kBytes;
}

template <class S>
inline const std::byte* as_bytes(const float* p) {
  return reinterpret_cast<const std::byte*>(p);
}

/// out[i] = element i as f32, the last partial vector padded with zeros.
template <class S, auto Load, int kBytes>
inline void convert(ElementType type, const std::byte* data, int64_t count, float* out) {
  int64_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) S::store(out + i, Load(data + i * kBytes));
  if (i == count) return;
  S::store(out + i, S::zero());
  decode_to_f32(type, data, static_cast<size_t>(i), static_cast<size_t>(count - i), out + i);
}

/// The first `cells` values of a block, as rows of padded Dv floats; cells that the mask hides are
/// 0, so that nothing in them reaches a sum.
template <class S, auto Load, int kBytes>
inline void convert_values(const QueryTile& tile, const std::byte* values, int64_t first_cell,
                           int64_t cells, float* out) {
  const KvLayout& layout = tile.args->layout;
  const uint8_t* mask = tile.sequence->cell_mask;
  const int64_t dim = layout.value_dim, stride = padded(dim);
  for (int64_t c = 0; c < cells; ++c) {
    if (mask != nullptr && mask[first_cell + c] == 0) {
      std::memset(out + c * stride, 0, static_cast<size_t>(stride) * sizeof(float));
    } else {
      convert<S, Load, kBytes>(layout.type, values + c * dim * kBytes, dim, out + c * stride);
    }
  }
}

/// data[i * stride] = x[i] as 16-bit floats, i < count.
template <class S, auto Store>
inline void store_16_bit(const float* x, int64_t count, int64_t stride, std::byte* data) {
  uint16_t lanes[S::kLanes];
  for (int64_t i = 0; i < count; i += S::kLanes) {
    const int64_t rest = count - i;
    Store(lanes, rest < S::kLanes ? S::load_partial(x + i, rest) : S::load(x + i));
    for (int64_t j = 0; j < (rest < S::kLanes ? rest : S::kLanes); ++j)
      std::memcpy(data + (i + j) * stride * 2, lanes + j, sizeof(uint16_t));
  }
}

template <class S>
inline void store_elements(ElementType type, const float* x, int64_t count, int64_t stride,
                           std::byte* data) {
  if (type == ElementType::f16) return store_16_bit<S, S::store_f16>(x, count, stride, data);
  if (type == ElementType::bf16) return store_16_bit<S, S::store_bf16>(x, count, stride, data);
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(data + i * stride * static_cast<int64_t>(sizeof(float)), x + i, sizeof(float));
}

template <class S>
void store_cells(const AttentionArgs& args, const AttentionSequence& sequence, int64_t kv_head,
                 int64_t begin, int64_t end) {
  const KvLayout& layout = args.layout;
  const auto bytes = static_cast<int64_t>(bits_of(layout.type) / 8);
  for (int64_t t = begin; t < end; ++t) {
    const int64_t position = sequence.past + t, cell = position % kBlockTokens;
    std::byte* block = sequence.blocks[position / kBlockTokens];
    std::byte* keys = block + (kv_head * layout.key_dim * kBlockTokens + cell) * bytes;
    std::byte* values =
        block + layout.key_bytes() + (kv_head * kBlockTokens + cell) * layout.value_dim * bytes;
    const int64_t row = sequence.row + t;
    store_elements<S>(layout.type, args.k + row * args.k_stride + kv_head * layout.key_dim,
                      layout.key_dim, kBlockTokens, keys);
    store_elements<S>(layout.type, args.v + row * args.v_stride + kv_head * layout.value_dim,
                      layout.value_dim, 1, values);
  }
}

}  // namespace hearth::kernels
