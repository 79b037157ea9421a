// Register tiles of integer products: up to eight rows by two vectors.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace hearth::kernels {
namespace {

// Loops over the rows of a register tile: GCC 12 unrolls some of three or four rows too late to see
// that their sums need no memory.
#if defined(__clang__)
#define HEARTH_UNROLLED _Pragma("unroll")
#else
#define HEARTH_UNROLLED _Pragma("GCC unroll 8")
#endif

inline constexpr int kRegisterRows = 8;

// Zero that the compiler does not know: GCC 12 makes a memset of setting many sums to zero, and
// then keeps them in memory.
inline __m512i no_products() {
  __m512i zero = _mm512_setzero_si512();
  asm("" : "+v"(zero));
  return zero;
}

/// The four bytes at p in every lane.
inline __m512i spread_word(const void* p) {
  int32_t word;
  std::memcpy(&word, p, sizeof(word));
  return _mm512_set1_epi32(word);
}

// work<R>(row) for groups of up to kRegisterRows rows.
template <int R = kRegisterRows, typename Work>
inline void by_register_rows(int64_t row, int64_t rows, Work work) {
  for (; row + R <= rows; row += R) work.template operator()<R>(row);
  if constexpr (R > 1)
    if (row < rows) by_register_rows<R - 1>(row, rows, work);
}

}  // namespace
}  // namespace hearth::kernels
