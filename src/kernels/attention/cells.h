// Blocks of the cache for one instruction set: where the cells of a kv head lie, reading them as
// f32, and writing new ones.
#pragma once

#include <cstring>

#include "base/decode.h"
#include "kernels/attention/cell.h"
#include "kernels/attention/driver.h"

namespace hearth::kernels {

/// Keys of the tile's kv head in one block.
template <class S>
inline const std::byte* key_block(const QueryTile& tile, int64_t block) {
  return tile.sequence->blocks[block] + tile.args->layout.key_offset(tile.kv_head);
}

/// Values of the tile's kv head in one block.
template <class S>
inline const std::byte* value_block(const QueryTile& tile, int64_t block) {
  return tile.sequence->blocks[block] + tile.args->layout.value_offset(tile.kv_head);
}

template <class S>
inline const std::byte* as_bytes(const float* p) {
  return reinterpret_cast<const std::byte*>(p);
}

/// Cells of f32, f16 and bf16, which products can also read as they lie.
template <class S, auto Load, int kElementBytes>
struct PlainCells {
  static constexpr bool kReadable = true;
  static constexpr int kBytes = kElementBytes;
  static auto load(const std::byte* p) { return Load(p); }

  /// Keys of one block as f32 [D, kBlockTokens].
  static void keys(const KvLayout& layout, const std::byte* piece, float* out) {
    convert(layout.type, piece, layout.key_dim * kBlockTokens, out);
  }
  /// Values of one cell as f32.
  static void value(const KvLayout& layout, const std::byte* piece, int64_t cell, float* out) {
    convert(layout.type, piece + cell * layout.value_dim * kBytes, layout.value_dim, out);
  }

 private:
  /// out[i] = element i as f32, the last partial vector padded with zeros.
  static void convert(ElementType type, const std::byte* data, int64_t count, float* out) {
    int64_t i = 0;
    for (; i + S::kLanes <= count; i += S::kLanes) S::store(out + i, Load(data + i * kBytes));
    if (i == count) return;
    S::store(out + i, S::zero());
    decode_to_f32(type, data, static_cast<size_t>(i), static_cast<size_t>(count - i), out + i);
  }
};

/// Cells that products cannot read as they lie.
template <class S>
struct CellsOfCodes {
  static constexpr bool kReadable = false;
  static constexpr int kBytes = 1;
  static auto load(const std::byte*) { return S::zero(); }
};

/// Cells of u8 codes.
template <class S>
struct ByteCells : CellsOfCodes<S> {
  static void keys(const KvLayout& layout, const std::byte* data, float* out) {
    const std::byte* steps = data + key_piece(layout).scales;
    const int64_t dim = layout.key_dim;
    for (int64_t d = 0; d < dim; d += 4, data += kBlockTokens * 4, out += kBlockTokens * 4) {
      const std::byte* of_group = steps + d / kCodeGroup * kBlockTokens * 2;
      for (int64_t c = 0; c < kBlockTokens; c += S::kLanes) {
        const auto quads = S::as_int(S::load_f32(data + c * 4));
        const auto step = S::load_bf16(of_group + c * 2);
        const auto zero = S::int_set1(kByteKeyZero);
        float* to = out + c;
        put(S::int_sub(S::bits_and(quads, 255), zero), step, to);
        if (d + 1 < dim) put(S::int_sub(nth_byte<1>(quads), zero), step, to + kBlockTokens);
        if (d + 2 < dim) put(S::int_sub(nth_byte<2>(quads), zero), step, to + 2 * kBlockTokens);
        if (d + 3 < dim) put(S::int_sub(nth_byte<3>(quads), zero), step, to + 3 * kBlockTokens);
      }
    }
  }

  static void value(const KvLayout& layout, const std::byte* data, int64_t cell, float* out) {
    constexpr decltype(&value_of<0>) kOfByte[] = {value_of<0>, value_of<1>, value_of<2>,
                                                  value_of<3>};
    const int64_t dim = padded(layout.value_dim);
    uint16_t step;
    std::memcpy(&step, data + value_piece(layout).scales + cell * 2, sizeof(step));
    kOfByte[cell % 4](data + cell / 4 * dim * 4, step, dim, out);
  }

 private:
  static void put(decltype(S::int_set1(0)) codes, decltype(S::zero()) step, float* out) {
    S::store(out, S::mul(S::to_float(codes), step));
  }
  // Byte n of every lane, without a sign.
  template <int N>
  static auto nth_byte(decltype(S::int_set1(0)) quads) {
    return S::bits_and(S::template shift_right<8 * N>(quads), 255);
  }
  // The values of cell N of a quad.
  template <int N>
  static void value_of(const std::byte* quads, uint16_t step, int64_t dim, float* out) {
    const auto steps = S::as_float(S::int_set1(static_cast<int32_t>(uint32_t{step} << 16)));
    for (int64_t d = 0; d < dim; d += S::kLanes)
      put(S::template shift_right_signed<24>(
              S::template shift_left<24 - 8 * N>(S::as_int(S::load_f32(quads + d * 4)))),
          steps, out + d);
  }
};

/// Cells of u4 codes.
template <class S>
struct NibbleCells : CellsOfCodes<S> {
  static void keys(const KvLayout& layout, const std::byte* data, float* out) {
    const CodePiece piece = key_piece(layout);
    for (int64_t d = 0; d < layout.key_dim; ++d) {
      const int64_t group = d / kCodeGroup * kBlockTokens;
      const std::byte* row = data + d / 2 * kBlockTokens;
      for (int64_t c = 0; c < kBlockTokens; c += S::kLanes, out += S::kLanes) {
        auto codes = S::load_u8(row + c);
        codes = d % 2 == 0 ? S::bits_and(codes, 15) : S::template shift_right<4>(codes);
        const auto scale =
            S::load_f32(data + piece.scales + c * static_cast<int64_t>(sizeof(float)));
        const auto step =
            S::mul(scale, S::to_float(S::load_u8(data + piece.multipliers + group + c)));
        const auto zeros = S::load_u8(data + piece.zeros + group + c);
        S::store(out, S::mul(S::to_float(S::int_sub(codes, zeros)), step));
      }
    }
  }

  static void value(const KvLayout& layout, const std::byte* data, int64_t cell, float* out) {
    const int64_t dim = layout.value_dim, groups = code_groups(dim);
    if (dim % S::kLanes != 0) {
      for (int64_t i = dim / S::kLanes * S::kLanes; i < padded(dim); i += S::kLanes)
        S::store(out + i, S::zero());
      return read_value(layout, data, cell, out);
    }
    const CodePiece piece = value_piece(layout);
    const std::byte* row = data + cell * dim / 2;
    float scale;
    std::memcpy(&scale, data + piece.scales + cell * static_cast<int64_t>(sizeof(scale)),
                sizeof(scale));
    for (int64_t d = 0; d < dim; d += S::kLanes) {
      const auto group = static_cast<size_t>(cell * groups + d / kCodeGroup);
      const auto zero = static_cast<int32_t>(data[piece.zeros + group]);
      const float step = scale * static_cast<float>(data[piece.multipliers + group]);
      const auto codes = S::load_nibbles(row + d / 2);
      S::store(out + d, S::mul(S::to_float(S::int_sub(codes, S::int_set1(zero))), S::set1(step)));
    }
  }
};

/// The first `cells` values of a block, as rows of padded Dv floats; cells that the mask hides are
/// 0, so that nothing in them reaches a sum.
template <class S, class Cells>
inline void convert_values(const QueryTile& tile, const std::byte* piece, int64_t first_cell,
                           int64_t cells, float* out) {
  const KvLayout& layout = tile.args->layout;
  const uint8_t* mask = tile.sequence->cell_mask;
  const int64_t stride = padded(layout.value_dim);
  for (int64_t c = 0; c < cells; ++c) {
    if (mask != nullptr && mask[first_cell + c] == 0) {
      std::memset(out + c * stride, 0, static_cast<size_t>(stride) * sizeof(float));
    } else {
      Cells::value(layout, piece, c, out + c * stride);
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
    std::byte* keys = block + layout.key_offset(kv_head);
    std::byte* values = block + layout.value_offset(kv_head);
    const float* k = args.k + (sequence.row + t) * args.k_stride + kv_head * layout.key_dim;
    const float* v = args.v + (sequence.row + t) * args.v_stride + kv_head * layout.value_dim;
    if (is_quantized(layout.type)) {
      write_key(layout, keys, cell, k);
      write_value(layout, values, cell, v);
      continue;
    }
    store_elements<S>(layout.type, k, layout.key_dim, kBlockTokens, keys + cell * bytes);
    store_elements<S>(layout.type, v, layout.value_dim, 1,
                      values + cell * layout.value_dim * bytes);
  }
}

}  // namespace hearth::kernels
