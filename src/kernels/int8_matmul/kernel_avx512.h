// The kernels whose vectors are those of AVX-512: rows as they lie for a few tokens, panels for
// more. The file that includes this has dot_bytes() from one of the dot_bytes headers.
#pragma once

#include "kernels/int8_matmul/engine_avx512.h"
#include "kernels/int8_matmul/panel_products.h"
#include "kernels/int8_matmul/row_products_avx512.h"

namespace hearth::kernels {
namespace {

// Up to this many tokens, reading rows as they lie beats unpacking them for a panel.
constexpr int64_t kFewTokens = 6;

inline CodeLayout layout_avx512(const WeightMatrix& w, int64_t tokens) {
  return {unpacked_form(affine_weights(w)), tokens <= kFewTokens ? 0 : SixteenTokens::kLanes};
}

inline int64_t scratch_bytes_avx512(const WeightMatrix& w) {
  const AffineWeights view = affine_weights(w);
  return std::max(PanelRoom::bytes(view, kMostTokens), BlockScales::bytes(view));
}

/// multiply(chunk, rows, next) is multiply_panels() or another way to do the same.
template <auto multiply>
void run_avx512(const Int8MatmulArgs& a) {
  const AffineWeights view = affine_weights(*a.weight);
  if (a.x->layout.lanes == 0) return multiply_few(a, view);
  multiply_by_panels<SixteenTokens>(a, view, multiply);
}

template <auto multiply>
constexpr Int8MatmulKernel kernel_avx512(const char* name, Isa isa) {
  return {name, isa, refuse_affine, layout_avx512, scratch_bytes_avx512, run_avx512<multiply>};
}

}  // namespace
}  // namespace hearth::kernels
