// Element-wise kernels for one instruction set.
#pragma once

#include "kernels/activation/activation.h"
#include "kernels/simd_math.h"

namespace hearth::kernels {

/// y[i] = operation(in[i]...); a last partial vector touches no memory past the end.
template <class S, typename Operation, typename... Input>
inline void map(int64_t count, float* y, Operation operation, const Input*... in) {
  int64_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) S::store(y + i, operation(S::load(in + i)...));
  const int64_t rest = count - i;
  if (rest > 0) S::store_partial(y + i, operation(S::load_partial(in + i, rest)...), rest);
}

template <class S>
void swiglu(const float* gate, const float* up, int64_t count, float* y) {
  using F = typename S::F;
  map<S>(
      count, y,
      [](F g, F u) {
        const F divisor = S::add(S::set1(1.0f), exp<S>(S::sub(S::zero(), g)));
        return S::mul(S::div(g, divisor), u);
      },
      gate, up);
}

template <class S>
void add(const float* a, const float* b, int64_t count, float* y) {
  using F = typename S::F;
  map<S>(
      count, y, [](F u, F v) { return S::add(u, v); }, a, b);
}

template <class S>
void multiply(const float* a, const float* b, int64_t count, float* y) {
  using F = typename S::F;
  map<S>(
      count, y, [](F u, F v) { return S::mul(u, v); }, a, b);
}

template <class S>
void round_bf16(const float* x, int64_t count, float* y) {
  map<S>(
      count, y, [](typename S::F v) { return S::round_bf16(v); }, x);
}

template <class S>
void round_f16(const float* x, int64_t count, float* y) {
  map<S>(
      count, y, [](typename S::F v) { return S::round_f16(v); }, x);
}

template <class S>
constexpr ActivationKernels activation_kernel(const char* name, Isa isa) {
  return {name, isa, swiglu<S>, add<S>, multiply<S>, round_bf16<S>, round_f16<S>};
}

}  // namespace hearth::kernels
