// The kernels whose vectors are those of AVX-512. The file that includes this has dot_bytes() from
// one of the dot_bytes headers.
#pragma once

#include "kernels/int8_matmul/amx_products.h"
#include "kernels/int8_matmul/engine_avx512.h"
#include "kernels/int8_matmul/few_products_avx512.h"
#include "kernels/int8_matmul/turned_products_avx512.h"

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

// Tokens that fill half of a panel or less cost tiles as much as a whole one.
inline constexpr int64_t kFewForTiles = 8;

/// Lanes are rows for a few tokens; for more of them tiles, by panels of tokens.
template <class Tiles>
Int8MatmulKernel kernel_amx(const char* name, Isa isa) {
  const auto layout = [](const WeightMatrix& w, int64_t tokens) -> CodeLayout {
    const bool is_few = tokens <= kFewForTiles;
    return {unpacked_form(affine_weights(w)),
            is_few ? lanes_by_rows(tokens) : SixteenTokens::kLanes};
  };
  const auto scratch_bytes = [](const WeightMatrix& w) {
    return std::max(PanelRoom::bytes(affine_weights(w), kMostTokens), scratch_bytes_by_rows(w));
  };
  const auto run = [](const Int8MatmulArgs& a) {
    const AffineWeights view = affine_weights(*a.weight);
    if (a.x->rows <= kFewForTiles) return multiply_by_rows(a, view);
    multiply_by_panels<SixteenTokens>(a, view, multiply_panels_amx<Tiles, SixteenTokens>);
  };
  return {name, isa, refuse_affine, layout, scratch_bytes, run};
}

}  // namespace
}  // namespace hearth::kernels
