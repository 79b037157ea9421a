// RMS normalisation for one instruction set. The sum of squares always runs in four vector
// accumulators over whole rows, so a row gives the same bits in any company.
#pragma once

#include "kernels/norm/norm.h"

namespace hearth::kernels {

template <class S>
inline float sum_of_squares(const float* x, int64_t dim) {
  using F = typename S::F;
  F a = S::zero(), b = S::zero(), c = S::zero(), d = S::zero();
  const auto square = [](F v, F sum) { return S::fma(v, v, sum); };
  int64_t i = 0;
  for (; i + 4 * S::kLanes <= dim; i += 4 * S::kLanes) {
    a = square(S::load(x + i), a);
    b = square(S::load(x + i + S::kLanes), b);
    c = square(S::load(x + i + 2 * S::kLanes), c);
    d = square(S::load(x + i + 3 * S::kLanes), d);
  }
  for (; i + S::kLanes <= dim; i += S::kLanes) a = square(S::load(x + i), a);
  if (i < dim) a = square(S::load_partial(x + i, dim - i), a);
  return S::reduce_add(S::add(S::add(a, b), S::add(c, d)));
}

template <class S>
inline void normalise_row(const float* x, const float* gamma, float epsilon, int64_t dim,
                          float* y) {
  const float mean = sum_of_squares<S>(x, dim) / static_cast<float>(dim);
  const auto factor = S::set1(1.0f / __builtin_sqrtf(mean + epsilon));
  int64_t i = 0;
  for (; i + S::kLanes <= dim; i += S::kLanes) {
    const auto normal = S::mul(S::load(x + i), factor);
    S::store(y + i, gamma == nullptr ? normal : S::mul(normal, S::load(gamma + i)));
  }
  if (i == dim) return;
  const auto normal = S::mul(S::load_partial(x + i, dim - i), factor);
  S::store_partial(y + i,
                   gamma == nullptr ? normal : S::mul(normal, S::load_partial(gamma + i, dim - i)),
                   dim - i);
}

template <class S>
void rms_norm(const float* x, int64_t x_stride, const float* gamma, float epsilon, int64_t rows,
              int64_t dim, float* y, int64_t y_stride) {
  for (int64_t r = 0; r < rows; ++r)
    normalise_row<S>(x + r * x_stride, gamma, epsilon, dim, y + r * y_stride);
}

template <class S>
constexpr RmsNormKernel rms_norm_kernel(const char* name, Isa isa) {
  return {name, isa, rms_norm<S>};
}

}  // namespace hearth::kernels
