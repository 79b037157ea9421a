// The kernel of AVX-512 with dot products of bytes. The file that includes this has dot_bytes() and
// dot_four() from one of the dot_bytes headers.
#pragma once

#include "kernels/int8_matmul/few_products_avx512.h"
#include "kernels/int8_matmul/turned_products_avx512.h"
#include "kernels/int8_matmul/unpack_codes_avx2.h"

namespace hearth::kernels {
namespace {

// Up to so many, rows are turned again for every tile of tokens; for more, once, into memory.
inline constexpr int64_t kTokensInRegisters = 16;

/// One token as a row, more in panels.
inline int64_t lanes_by_rows(int64_t tokens) { return tokens == 1 ? 0 : kLanes; }

inline int64_t scratch_bytes_by_rows(const WeightMatrix& w) {
  const AffineWeights view = affine_weights(w);
  return std::max(TurnedRoom::bytes(view, kMostTokens), StreamRoom::bytes(view));
}

inline void multiply_by_rows(const Int8MatmulArgs& a, const AffineWeights& view) {
  if (a.x->rows <= kTokensInRegisters) return multiply_few(a, view);
  const int64_t whole = (a.row_end - a.row_begin) / kSixteen * kSixteen;
  multiply_turned(a, view);
  Int8MatmulArgs rest = a;
  rest.row_begin += whole;
  if (rest.row_begin < a.row_end) multiply_few(rest, view);
}

/// Lanes are rows, whatever the number of tokens.
inline Int8MatmulKernel kernel_by_rows(const char* name, Isa isa) {
  const auto layout = [](const WeightMatrix& w, int64_t tokens) -> CodeLayout {
    return {unpacked_form(affine_weights(w)), lanes_by_rows(tokens)};
  };
  const auto run = [](const Int8MatmulArgs& a) { multiply_by_rows(a, affine_weights(*a.weight)); };
  return {name, isa, refuse_affine, layout, scratch_bytes_by_rows, run};
}

}  // namespace
}  // namespace hearth::kernels
