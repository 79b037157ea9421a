// Weights as vectors of f32: kLanes elements of a plain type, or the 32 of a block. The values are
// bit for bit those of base/decode.h, which also describes the layouts.
#pragma once

#include <cstring>

#include "base/float_types.h"
#include "kernels/matmul/matmul.h"

namespace hearth::kernels {

// One function per type: kLanes elements from `p` as floats.
template <class S>
struct Load {
  using F = typename S::F;
  using I = typename S::I;
  static F f32(const std::byte* p) { return S::load_f32(p); }
  static F f16(const std::byte* p) { return S::load_f16(p); }
  static F bf16(const std::byte* p) { return S::load_bf16(p); }
  static F u8(const std::byte* p) { return S::to_float(S::load_u8(p)); }
  static F i8(const std::byte* p) { return S::to_float(S::load_i8(p)); }
  static F u4(const std::byte* p) { return S::to_float(S::load_nibbles(p)); }
  static F i4(const std::byte* p) {
    return S::to_float(S::int_sub(S::bits_xor(S::load_nibbles(p), 8), S::int_set1(8)));
  }
  [[gnu::always_inline]] static F nf4(const std::byte* p) {
    return S::lookup16(kNf4Values, S::load_nibbles(p));
  }
  [[gnu::always_inline]] static F f4e2m1(const std::byte* p) {
    return S::lookup16(kF4E2M1Values, S::load_nibbles(p));
  }
  [[gnu::always_inline]] static F f8e4m3(const std::byte* p) {
    const F value = S::load_f8e4m3(p);
    const I magnitude = S::bits_and(S::as_int(value), 0x7fffffff);
    const I nan = S::as_int(S::set1(480.0f));
    return S::select_equal(magnitude, nan, S::as_float(S::int_set1(0x7fc00000)), value);
  }
  [[gnu::always_inline]] static F f8e5m2(const std::byte* p) { return S::load_f8e5m2(p); }
};

template <class S>
inline float half_at(const std::byte* p) {
  uint16_t bits;
  std::memcpy(&bits, p, sizeof(bits));
  return S::scalar_f16(bits);
}

/// Elements of a block, and vectors of it.
inline constexpr int64_t kBlock = 32;
template <class S>
inline constexpr int kBlockVectors = kBlock / S::kLanes;

// One struct per GGUF type of 32 elements a block: read() gives block `index` of a row. (Inlined
// always, since matrix_vector.h has sums in registers around them.)

template <class S>
struct Q8_0 {
  [[gnu::always_inline]] static void read(const std::byte* row, int64_t index, typename S::F* out) {
    const std::byte* block = row + index * 34;
    const auto scale = S::set1(half_at<S>(block));
    for (int v = 0; v < kBlockVectors<S>; ++v)
      out[v] = S::mul(scale, S::to_float(S::load_i8(block + 2 + v * S::kLanes)));
  }
};

// The low nibbles of 16 bytes are elements 0..15, the high ones 16..31.
template <class S, typename Value>
[[gnu::always_inline]] inline void read_nibble_block(const std::byte* codes, typename S::F* out,
                                                     Value value) {
  constexpr int kHalf = kBlockVectors<S> / 2;
  for (int v = 0; v < kHalf; ++v) {
    const auto bytes = S::load_u8(codes + v * S::kLanes);
    out[v] = value(S::bits_and(bytes, 15));
    out[kHalf + v] = value(S::template shift_right<4>(bytes));
  }
}

template <class S>
struct Q4_0 {
  [[gnu::always_inline]] static void read(const std::byte* row, int64_t index, typename S::F* out) {
    const std::byte* block = row + index * 18;
    const auto scale = S::set1(half_at<S>(block));
    read_nibble_block<S>(block + 2, out, [scale](typename S::I code) {
      return S::mul(scale, S::to_float(S::int_sub(code, S::int_set1(8))));
    });
  }
};

template <class S>
struct Q4_1 {
  [[gnu::always_inline]] static void read(const std::byte* row, int64_t index, typename S::F* out) {
    const std::byte* block = row + index * 20;
    const auto scale = S::set1(half_at<S>(block));
    const auto minimum = S::set1(half_at<S>(block + 2));
    read_nibble_block<S>(block + 4, out, [scale, minimum](typename S::I code) {
      return S::add(S::mul(scale, S::to_float(code)), minimum);
    });
  }
};

// Columns c to c + kLanes - 1 of the four quarters of one half of a q6_k block, at the places where
// they stand in `out`, the whole block. Quarters share their bytes, so they are read together.
template <class S>
inline void decode_q6_k_columns(const std::byte* block, int64_t half, int64_t c, float* out) {
  const auto low = S::load_u8(block + half * 64 + c);
  const auto low_next = S::load_u8(block + half * 64 + 32 + c);
  const auto high = S::load_u8(block + 128 + half * 32 + c);
  const float scale = half_at<S>(block + 208);
  const auto put = [&](int64_t quarter, typename S::I four, typename S::I two) {
    const int64_t at = half * 128 + quarter * 32 + c;
    const auto group = static_cast<float>(static_cast<int8_t>(block[192 + at / 16]));
    const auto code = S::int_sub(S::bits_or(four, two), S::int_set1(32));
    S::store(out + at, S::mul(S::set1(scale * group), S::to_float(code)));
  };
  put(0, S::bits_and(low, 15), S::bits_and(S::template shift_left<4>(high), 0x30));
  put(1, S::bits_and(low_next, 15), S::bits_and(S::template shift_left<2>(high), 0x30));
  put(2, S::template shift_right<4>(low), S::bits_and(high, 0x30));
  put(3, S::template shift_right<4>(low_next), S::bits_and(S::template shift_right<2>(high), 0x30));
}

}  // namespace hearth::kernels
