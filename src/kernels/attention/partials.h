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

// What two partial results of a row are multiplied by when they are taken together, for as many
// rows as a vector has lanes.
template <class S>
struct MergeWeights {
  float maximum[S::kLanes], into[S::kLanes], next[S::kLanes];

  MergeWeights(const float* of_into, const float* of_next, int64_t rows, int64_t stride) {
    float a[S::kLanes], b[S::kLanes];
    for (int64_t i = 0; i < S::kLanes; ++i) {
      const int64_t at = (i < rows ? i : 0) * stride;
      a[i] = of_into[at];
      b[i] = of_next[at];
      maximum[i] = a[i] > b[i] ? a[i] : b[i];
    }
    S::store(into, exp<S>(S::sub(S::load(a), S::load(maximum))));
    S::store(next, exp<S>(S::sub(S::load(b), S::load(maximum))));
  }
};

template <class S>
void merge_partials(float* into, const float* next, int64_t rows, int64_t value_dim) {
  const int64_t stride = partial_floats(value_dim);
  for (int64_t first = 0; first < rows; first += S::kLanes) {
    const int64_t count = rows - first < S::kLanes ? rows - first : S::kLanes;
    const MergeWeights<S> weights(into, next, count, stride);
    for (int64_t row = 0; row < count; ++row, into += stride, next += stride) {
      if (next[0] == kMinusInfinity) continue;
      if (into[0] == kMinusInfinity) {
        std::memcpy(into, next, static_cast<size_t>(stride) * sizeof(float));
        continue;
      }
      const auto a = S::set1(weights.into[row]), b = S::set1(weights.next[row]);
      into[0] = weights.maximum[row];
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
