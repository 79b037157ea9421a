// Partial results of rows (see driver.h): two spans' taken together, and what becomes of the last.
#pragma once

#include <cstring>

#include "kernels/attention/driver.h"
#include "kernels/simd_math.h"

namespace hearth::kernels {

template <class S>
inline float exp_of(float x) {
  float lanes[S::kLanes];
  S::store(lanes, exp<S>(S::set1(x)));
  return lanes[0];
}

template <class S>
void merge_partials(float* into, const float* next, int64_t rows, int64_t value_dim) {
  const int64_t stride = partial_floats(value_dim);
  for (int64_t row = 0; row < rows; ++row, into += stride, next += stride) {
    if (next[0] == kMinusInfinity) continue;
    if (into[0] == kMinusInfinity) {
      std::memcpy(into, next, static_cast<size_t>(stride) * sizeof(float));
      continue;
    }
    const float maximum = into[0] > next[0] ? into[0] : next[0];
    const auto a = S::set1(exp_of<S>(into[0] - maximum));
    const auto b = S::set1(exp_of<S>(next[0] - maximum));
    into[0] = maximum;
    const auto merge = [&](int64_t i) {
      S::store(into + i, S::fma(S::load(next + i), b, S::mul(S::load(into + i), a)));
    };
    float sums[2 * S::kLanes] = {into[1]};
    sums[S::kLanes] = next[1];
    S::store(sums, S::fma(S::load(sums + S::kLanes), b, S::mul(S::load(sums), a)));
    into[1] = sums[0];
    for (int64_t i = kPartialHead; i < stride; i += S::kLanes) merge(i);
  }
}

// A row's weighted values times `weight`, over `sum`, are its result.
struct RowScale {
  float weight, sum;
};

template <class S>
inline RowScale row_scale(const AttentionArgs& args, int64_t head, const float* partial) {
  const float maximum = partial[0], sum = partial[1];
  if (args.sinks == nullptr) return {1.0f, sum == 0 ? 1.0f : sum};  // 0: no visible cell
  const float sink = args.sinks[head], most = maximum > sink ? maximum : sink;
  const float weight = exp_of<S>(maximum - most);
  return {weight, sum * weight + exp_of<S>(sink - most)};
}

template <class S>
void finish_rows(const QueryTile& tile, int64_t begin, int64_t end, const float* partial) {
  const AttentionArgs& args = *tile.args;
  const int64_t dim = args.layout.value_dim, heads = tile.heads;
  for (int64_t row = begin; row < end; ++row, partial += partial_floats(dim)) {
    const int64_t token = tile.sequence->row + tile.first_token + row / heads;
    float* out = args.out + token * args.out_stride + (tile.kv_head * heads + row % heads) * dim;
    const RowScale scale = row_scale<S>(args, tile.kv_head * heads + row % heads, partial);
    const auto sum = S::set1(scale.sum), weight = S::set1(scale.weight);
    const auto value = [&](int64_t i) {
      return S::div(S::mul(S::load(partial + kPartialHead + i), weight), sum);
    };
    int64_t i = 0;
    for (; i + S::kLanes <= dim; i += S::kLanes) S::store(out + i, value(i));
    if (i < dim) S::store_partial(out + i, value(i), dim - i);
  }
}

}  // namespace hearth::kernels
