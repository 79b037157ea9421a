// The kernel of AMX: tiles, by panels of tokens, and for a few tokens the kernel of AVX-512.
#pragma once

#include "kernels/int8_matmul/amx_products.h"
#include "kernels/int8_matmul/engine_avx512.h"

namespace hearth::kernels {
namespace {

// Tokens that fill half of a panel or less cost tiles as much as a whole one.
inline constexpr int64_t kFewForTiles = 8;

template <class Tiles, const Int8MatmulKernel& (*kFew)()>
Int8MatmulKernel kernel_amx(const char* name, Isa isa) {
  const auto layout = [](const WeightMatrix& w, int64_t tokens) -> CodeLayout {
    if (tokens <= kFewForTiles) return kFew().layout(w, tokens);
    return {unpacked_form(affine_weights(w)), SixteenTokens::kLanes};
  };
  const auto scratch_bytes = [](const WeightMatrix& w) {
    return std::max(PanelRoom::bytes(affine_weights(w), kMostTokens), kFew().scratch_bytes(w));
  };
  const auto run = [](const Int8MatmulArgs& a) {
    if (a.x->rows <= kFewForTiles) return kFew().run(a);
    multiply_by_panels<SixteenTokens>(a, affine_weights(*a.weight),
                                      multiply_panels_amx<Tiles, SixteenTokens>);
  };
  return {name, isa, refuse_affine, layout, scratch_bytes, run};
}

}  // namespace
}  // namespace hearth::kernels
