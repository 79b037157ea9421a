#include "kernels/simd_avx512.h"

#include "kernels/fma_loop.h"

namespace hearth::kernels {

int64_t run_fma_avx512(int64_t steps) { return run_fma<Avx512>(steps); }

}  // namespace hearth::kernels
