// Attention for AMX on the plain C++ model of its tiles, for tests on machines with AVX512_BF16.
#include "kernels/attention/tile_products.h"
#include "kernels/tiles_emulated.h"

namespace hearth::kernels {

const AttentionKernel& attention_amx_bf16_emulated() {
  static constexpr AttentionKernel kernel =
      code_attention_kernel<TileProducts<EmulatedTiles>>("amx_bf16_emulated", Isa::avx512_bf16);
  return kernel;
}

}  // namespace hearth::kernels
