// Rotary embedding for one instruction set: y = x * cos + turned(x) * sin, where turned() is the
// other element of the pair, negated for the first of the two.
#pragma once

#include <cstring>

#include "kernels/rope/rope.h"

namespace hearth::kernels {

// Pairs (j, j + half), each with its own entries of the tables.
template <class S>
inline void rotate_halves(const float* x, const float* cos, const float* sin, int64_t half,
                          float* y) {
  using F = typename S::F;
  const auto first = [](F a, F b, F c, F s) { return S::fnma(b, s, S::mul(a, c)); };
  const auto second = [](F a, F b, F c, F s) { return S::fma(a, s, S::mul(b, c)); };
  int64_t j = 0;
  for (; j + S::kLanes <= half; j += S::kLanes) {
    const F a = S::load(x + j), b = S::load(x + half + j);
    S::store(y + j, first(a, b, S::load(cos + j), S::load(sin + j)));
    S::store(y + half + j, second(a, b, S::load(cos + half + j), S::load(sin + half + j)));
  }
  const int64_t rest = half - j;
  if (rest == 0) return;
  const auto load = [rest](const float* p) { return S::load_partial(p, rest); };
  const F a = load(x + j), b = load(x + half + j);
  S::store_partial(y + j, first(a, b, load(cos + j), load(sin + j)), rest);
  S::store_partial(y + half + j, second(a, b, load(cos + half + j), load(sin + half + j)), rest);
}

// Pairs (2j, 2j + 1) with entry j of the tables.
template <class S>
inline void rotate_pairs(const float* x, const float* cos, const float* sin, int64_t rotary_dim,
                         float* y) {
  int64_t i = 0;
  for (; i + S::kLanes <= rotary_dim; i += S::kLanes) {
    const auto v = S::load(x + i);
    const auto turned = S::negate_even(S::swap_pairs(v));
    S::store(y + i,
             S::fma(turned, S::load_doubled(sin + i / 2), S::mul(v, S::load_doubled(cos + i / 2))));
  }
  for (; i < rotary_dim; i += 2) {
    const float a = x[i], b = x[i + 1], c = cos[i / 2], s = sin[i / 2];
    y[i] = __builtin_fmaf(-b, s, a * c);
    y[i + 1] = __builtin_fmaf(a, s, b * c);
  }
}

template <class S>
void rope(const RopeArgs& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const float* cos = args.cos + r * args.table_stride;
    const float* sin = args.sin + r * args.table_stride;
    for (int64_t h = 0; h < args.heads; ++h) {
      const float* x = args.x + r * args.x_stride + h * args.head_dim;
      float* y = args.y + r * args.y_stride + h * args.head_dim;
      if (args.interleaved) {
        rotate_pairs<S>(x, cos, sin, args.rotary_dim, y);
      } else {
        rotate_halves<S>(x, cos, sin, args.rotary_dim / 2, y);
      }
      if (x != y)
        std::memcpy(y + args.rotary_dim, x + args.rotary_dim,
                    static_cast<size_t>(args.head_dim - args.rotary_dim) * sizeof(float));
    }
  }
}

template <class S>
constexpr RopeKernel rope_kernel(const char* name, Isa isa) {
  return {name, isa, rope<S>};
}

}  // namespace hearth::kernels
