// Products with quantised activations for AVX-VNNI: many tokens in panels, a few as with AVX2,
// where waiting for the weights takes the time.
#include <algorithm>

#include "kernels/int8_matmul/engine_avx_vnni.h"
#include "kernels/int8_matmul/panel_products.h"
#include "kernels/int8_matmul/row_products_avx2.h"

namespace hearth::kernels {
namespace {

constexpr int64_t kFewTokens = 3;

CodeLayout layout(const WeightMatrix& w, int64_t tokens) {
  const AffineWeights view = affine_weights(w);
  if (tokens > kFewTokens) return {unpacked_form(view), EightTokens::kLanes};
  return {view.is_nibbles ? unpacked_form(view) : CodeForm::wide};
}

int64_t scratch_bytes(const WeightMatrix& w) {
  const AffineWeights view = affine_weights(w);
  return std::max(PanelRoom::bytes(view, kMostTokens), EightRows::bytes(view));
}

void run(const Int8MatmulArgs& a) {
  const AffineWeights view = affine_weights(*a.weight);
  if (a.x->layout.lanes == 0) return multiply_rows(a, view);
  multiply_by_panels<EightTokens>(a, view, multiply_panels<EightTokens>);
}

}  // namespace

const Int8MatmulKernel& int8_matmul_avx_vnni() {
  static constexpr Int8MatmulKernel kernel = {"avx_vnni", Isa::avx_vnni, refuse_affine,
                                              layout,     scratch_bytes, run};
  return kernel;
}

}  // namespace hearth::kernels
