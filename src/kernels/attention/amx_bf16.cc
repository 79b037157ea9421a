// Attention over the paged cache in bf16, for AMX.
#include "kernels/attention/tile_products.h"

namespace hearth::kernels {

const AttentionKernel& attention_amx_bf16() {
  static constexpr AttentionKernel kernel =
      code_attention_kernel<TileProducts<AmxTiles>>("amx_bf16", Isa::amx);
  return kernel;
}

}  // namespace hearth::kernels
