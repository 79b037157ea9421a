// Products with quantised activations for AVX-512 with VNNI.
#include <immintrin.h>

#include <algorithm>

namespace hearth::kernels {
namespace {

// Not the intrinsic, of which GCC 12 copies and spills the sums (2.5 times slower).
[[gnu::always_inline]] inline void dot_bytes(__m512i& sum, __m512i codes, __m512i x) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(codes), "v"(x));
}

}  // namespace
}  // namespace hearth::kernels

#include "kernels/int8_matmul/engine_avx512.h"
#include "kernels/int8_matmul/panel_products.h"
#include "kernels/int8_matmul/row_products_avx512.h"

namespace hearth::kernels {

namespace {

// Up to this many tokens, reading rows as they lie beats unpacking them for a panel.
constexpr int64_t kFewTokens = 3;

CodeLayout layout(const WeightMatrix& w, int64_t tokens) {
  return {unpacked_form(affine_weights(w)), tokens <= kFewTokens ? 0 : SixteenTokens::kLanes};
}

int64_t scratch_bytes(const WeightMatrix& w) {
  const AffineWeights view = affine_weights(w);
  return std::max(PanelRoom::bytes(view, w.cols, kMostTokens), BlockScales::bytes(view));
}

void run(const Int8MatmulArgs& a) {
  const AffineWeights view = affine_weights(*a.weight);
  if (a.x->layout.lanes == 0) return multiply_few(a, view);
  multiply_by_panels<SixteenTokens>(a, view);
}

}  // namespace

const Int8MatmulKernel& int8_matmul_avx512_vnni() {
  static constexpr Int8MatmulKernel kernel = {"avx512_vnni", Isa::avx512_vnni, refuse_affine,
                                              layout,        scratch_bytes,    run};
  return kernel;
}

}  // namespace hearth::kernels
