// AMX's tile registers in plain C++, for tests on machines without them: EmulatedTiles has the
// functions of AmxTiles (tiles_amx.h) with the meaning that Intel's manual gives them (Software
// Developer's Manual, volume 2, TILELOADD, TDPBF16PS, TDPBUSD, TDPBSSD). What the processor answers
// with an invalid-opcode fault (a tile without a shape, shapes that do not fit together) is a
// failed assertion here.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/error.h"
#include "base/float_types.h"
#include "kernels/tiles_amx.h"

namespace hearth::kernels {
namespace {

class EmulatedTiles {
 public:
  static void configure(const TileShapes& shapes) {
    HEARTH_ASSERT(shapes.palette == 1 && shapes.start_row == 0, "not a configuration of tiles");
    for (int t = 0; t < 16; ++t) {
      HEARTH_ASSERT(shapes.rows[t] <= 16 && shapes.bytes[t] <= 64, "a tile is 16 x 64 bytes");
      HEARTH_ASSERT((shapes.rows[t] == 0) == (shapes.bytes[t] == 0), "half a shape of a tile");
      HEARTH_ASSERT(t < kTiles || shapes.rows[t] == 0, "there are eight tiles");
    }
    state() = {};
    for (int t = 0; t < kTiles; ++t)
      state()[t] = {{}, shapes.rows[t], static_cast<int>(shapes.bytes[t])};
  }
  static void release() { state() = {}; }

  template <int T>
  static void zero() {
    std::memset(tile<T>().data, 0, sizeof(Tile::data));
  }
  template <int T>
  static void load(const void* data, int64_t stride) {
    zero<T>();
    for (int r = 0; r < tile<T>().rows; ++r)
      std::memcpy(tile<T>().data[r], static_cast<const std::byte*>(data) + r * stride,
                  static_cast<size_t>(tile<T>().bytes));
  }
  template <int T>
  static void store(void* data, int64_t stride) {
    for (int r = 0; r < tile<T>().rows; ++r)
      std::memcpy(static_cast<std::byte*>(data) + r * stride, tile<T>().data[r],
                  static_cast<size_t>(tile<T>().bytes));
  }

  /// Even and odd elements are summed apart, from zero, and their sums added to C; every step is
  /// rounded to nearest even and flushed to zero where subnormal.
  template <int C, int A, int B>
  static void dot_bf16() {
    check_shapes(tile<C>(), tile<A>(), tile<B>());
    for_each_output(tile<C>(), [](const Tile& c, int m, int n) {
      float sums[2] = {0.0f, 0.0f};
      for (int k = 0; k < tile<A>().bytes / 4; ++k)
        for (int i = 0; i < 2; ++i)
          sums[i] = flushed(
              std::fma(bf16(tile<A>(), m, 2 * k + i), bf16(tile<B>(), k, 2 * n + i), sums[i]));
      return flushed(flushed(c.at<float>(m, n)) + flushed(sums[0] + sums[1]));
    });
  }
  template <int C, int A, int B>
  static void dot_u8_i8() {
    dot_bytes<uint8_t, C, A, B>();
  }
  template <int C, int A, int B>
  static void dot_i8_i8() {
    dot_bytes<int8_t, C, A, B>();
  }

 private:
  static constexpr int kTiles = 8;
  struct Tile {
    std::byte data[16][64];
    int rows;
    int bytes;

    template <class Element>
    Element at(int row, int index) const {
      Element value;
      std::memcpy(&value, data[row] + static_cast<size_t>(index) * sizeof(value), sizeof(value));
      return value;
    }
  };
  struct Tiles {
    Tile tiles[kTiles];
    Tile& operator[](int t) { return tiles[t]; }
  };

  static Tiles& state() {
    static thread_local Tiles tiles = {};
    return tiles;
  }
  template <int T>
  static Tile& tile() {
    static_assert(T >= 0 && T < kTiles);
    HEARTH_ASSERT(state()[T].rows > 0, "a tile is used that has no shape");
    return state()[T];
  }
  static void check_shapes(const Tile& c, const Tile& a, const Tile& b) {
    HEARTH_ASSERT(&c != &a && &c != &b && &a != &b, "the three tiles of a product are one");
    HEARTH_ASSERT(a.rows == c.rows && b.bytes == c.bytes && a.bytes == 4 * b.rows,
                  "shapes of tiles that do not fit together");
    HEARTH_ASSERT(a.bytes % 4 == 0 && c.bytes % 4 == 0, "tiles are not whole groups of four bytes");
  }

  static float flushed(float value) {
    return std::fabs(value) < 0x1p-126f ? std::copysign(0.0f, value) : value;
  }
  static float bf16(const Tile& t, int row, int index) {
    return flushed(bf16_to_f32(t.at<uint16_t>(row, index)));
  }

  // C[m][n] = value(C, m, n), for 4-byte elements of any kind.
  template <class Value>
  static void for_each_output(Tile& c, Value&& value) {
    for (int m = 0; m < c.rows; ++m) {
      for (int n = 0; n < c.bytes / 4; ++n) {
        const auto out = value(c, m, n);
        std::memcpy(c.data[m] + n * 4, &out, 4);
      }
    }
  }
  template <class ByteOfA, int C, int A, int B>
  static void dot_bytes() {
    check_shapes(tile<C>(), tile<A>(), tile<B>());
    for_each_output(tile<C>(), [](const Tile& c, int m, int n) {
      uint32_t sum = c.at<uint32_t>(m, n);
      for (int k = 0; k < tile<A>().bytes / 4; ++k)
        for (int i = 0; i < 4; ++i)
          sum += static_cast<uint32_t>(int{tile<A>().template at<ByteOfA>(m, 4 * k + i)} *
                                       int{tile<B>().template at<int8_t>(k, 4 * n + i)});
      return sum;
    });
  }
};

}  // namespace
}  // namespace hearth::kernels
