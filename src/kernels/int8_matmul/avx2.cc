// Products with quantised activations for AVX2.
#include <algorithm>

#include "kernels/int8_matmul/engines_avx2.h"
#include "kernels/int8_matmul/row_products_avx2.h"
#include "kernels/int8_matmul/tile_products.h"

namespace hearth::kernels {
namespace {

// Up to this many tokens, unpacking a tile costs more than it saves.
constexpr int64_t kFewTokens = 3;

CodeLayout layout(const WeightMatrix& w, int64_t) {
  const AffineWeights view = affine_weights(w);
  if (!view.is_nibbles) return {CodeForm::wide};
  return {view.is_split ? CodeForm::bytes : CodeForm::even_odd};
}

int64_t scratch_bytes(const WeightMatrix& w) {
  const AffineWeights view = affine_weights(w);
  const int64_t tiles = view.is_nibbles ? TileRoom<NibbleEngine>::bytes(view, w.cols, kMostTokens)
                                        : TileRoom<WideEngine>::bytes(view, w.cols, kMostTokens);
  return std::max(tiles, EightRows::bytes(view));
}

void run(const Int8MatmulArgs& a) {
  const AffineWeights view = affine_weights(*a.weight);
  if (a.x->rows <= kFewTokens) return multiply_rows(a, view);
  if (view.is_nibbles) {
    multiply_tiles<NibbleEngine>(a, view);
  } else {
    multiply_tiles<WideEngine>(a, view);
  }
}

}  // namespace

const Int8MatmulKernel& int8_matmul_avx2() {
  static constexpr Int8MatmulKernel kernel = {"avx2", Isa::avx2,     refuse_affine,
                                              layout, scratch_bytes, run};
  return kernel;
}

}  // namespace hearth::kernels
