// The tile registers of AMX, eight matrices of up to 16 rows of 64 bytes, for files named amx*.cc.
// Algorithms take AmxTiles or the EmulatedTiles of tiles_emulated.h as a template parameter.
//
// The instructions are inline assembly, since GCC's intrinsics turn the register's number into text
// (no template parameter can be one), and since memory is clobbered by each: GCC 12 does not see
// that its _tile_loadconfig reads 64 bytes and not 8, and moves stores past its _tile_loadd.
#pragma once

#include <cstdint>

namespace hearth::kernels {
namespace {

/// What tile registers hold: rows of `bytes` bytes each. Layout of the processor's (palette 1).
struct alignas(64) TileShapes {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t bytes[16] = {};  // 64 at most; registers 8 to 15 do not exist
  uint8_t rows[16] = {};    // 16 at most

  void set(int tile, int64_t row_count, int64_t row_bytes) {
    rows[tile] = static_cast<uint8_t>(row_count);
    bytes[tile] = static_cast<uint16_t>(row_bytes);
  }
};

struct AmxTiles {
  /// Sets the shapes and zeroes all tiles; each thread has its own. Some 50 cycles.
  static void configure(const TileShapes& shapes) {
    asm volatile("ldtilecfg %0" ::"m"(shapes) : "memory");
  }
  /// Gives the registers back, so that the kernel need not save 8 KB at a switch of threads.
  static void release() { asm volatile("tilerelease" ::: "memory"); }

  template <int T>
  static void zero() {
    asm volatile("tilezero %%tmm%c0" ::"i"(T));
  }
  /// Rows `stride` bytes apart, any alignment.
  template <int T>
  static void load(const void* data, int64_t stride) {
    asm volatile("tileloadd (%1,%2,1), %%tmm%c0" ::"i"(T), "r"(data), "r"(stride) : "memory");
  }
  template <int T>
  static void store(void* data, int64_t stride) {
    asm volatile("tilestored %%tmm%c0, (%1,%2,1)" ::"i"(T), "r"(data), "r"(stride) : "memory");
  }

  // C[m][n] += sum over k and i of A[m][k, i] * B[k][n, i]: four bytes of a row of A, and four of a
  // row of B, are a group of two bf16 or of four bytes, which i counts.

  /// bf16 into f32; denormals are zero. The order is that of EmulatedTiles.
  template <int C, int A, int B>
  static void dot_bf16() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(C), "i"(A), "i"(B));
  }
  /// A unsigned, B signed bytes into int32, exact modulo 2^32.
  template <int C, int A, int B>
  static void dot_u8_i8() {
    asm volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(C), "i"(A), "i"(B));
  }
  template <int C, int A, int B>
  static void dot_i8_i8() {
    asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(C), "i"(A), "i"(B));
  }
};

}  // namespace
}  // namespace hearth::kernels
