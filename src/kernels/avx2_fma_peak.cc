#include "kernels/simd_avx2.h"

#include "kernels/fma_loop.h"

namespace hearth::kernels {

int64_t run_fma_avx2(int64_t steps) { return run_fma<Avx2>(steps); }

}  // namespace hearth::kernels
