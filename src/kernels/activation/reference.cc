// Element-wise kernels by plain loops.
#include <cmath>

#include "base/float_types.h"
#include "kernels/activation/activation.h"

namespace hearth::kernels {
namespace {

void swiglu(const float* gate, const float* up, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) {
    const double g = gate[i];
    y[i] = static_cast<float>(g / (1 + std::exp(-g)) * up[i]);
  }
}

void add(const float* a, const float* b, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
}

void multiply(const float* a, const float* b, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = a[i] * b[i];
}

void round_bf16(const float* x, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = round_to_bf16(x[i]);
}

void round_f16(const float* x, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = round_to_f16(x[i]);
}

}  // namespace

const ActivationKernels& activation_reference() {
  static constexpr ActivationKernels kernel = {"reference", Isa::scalar, swiglu,   add,
                                               multiply,    round_bf16,  round_f16};
  return kernel;
}

}  // namespace hearth::kernels
