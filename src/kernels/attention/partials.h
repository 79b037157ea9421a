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

// What two partial results of a row are multiplied by when they are taken together, and the head of
// the result, for as many rows as a vector has lanes.
template <class S>
struct MergeWeights {
  float maximum[S::kLanes], sum[S::kLanes], into[S::kLanes], next[S::kLanes];

  MergeWeights(const float* of_into, const float* of_next, int64_t rows, int64_t stride) {
    float a[S::kLanes], b[S::kLanes], a_sum[S::kLanes], b_sum[S::kLanes];
    for (int64_t i = 0; i < S::kLanes; ++i) {
      const int64_t at = (i < rows ? i : 0) * stride;
      a[i] = of_into[at];
      b[i] = of_next[at];
      a_sum[i] = of_into[at + 1];
      b_sum[i] = of_next[at + 1];
      maximum[i] = a[i] > b[i] ? a[i] : b[i];
    }
    const auto most = S::load(maximum);
    const auto of_a = exp<S>(S::sub(S::load(a), most)), of_b = exp<S>(S::sub(S::load(b), most));
    S::store(into, of_a);
    S::store(next, of_b);
    S::store(sum, S::fma(S::load(b_sum), of_b, S::mul(S::load(a_sum), of_a)));
  }
};

template <class S>
inline void merge_row(const MergeWeights<S>& weights, int64_t row, int64_t stride,
                      const float* next, float* into) {
  if (next[0] == kMinusInfinity) return;
  if (into[0] == kMinusInfinity) {
    std::memcpy(into, next, static_cast<size_t>(stride) * sizeof(float));
    return;
  }
  into[0] = weights.maximum[row];
  into[1] = weights.sum[row];
  const auto a = S::set1(weights.into[row]), b = S::set1(weights.next[row]);
  for (int64_t i = kPartialHead; i < stride; i += S::kLanes)
    S::store(into + i, S::fma(S::load(next + i), b, S::mul(S::load(into + i), a)));
}

template <class S>
void merge_partials(float* into, const float* next, int64_t rows, int64_t value_dim) {
  const int64_t stride = partial_floats(value_dim);
  for (int64_t first = 0; first < rows; first += S::kLanes) {
    const int64_t count = rows - first < S::kLanes ? rows - first : S::kLanes;
    const MergeWeights<S> weights(into, next, count, stride);
    for (int64_t row = 0; row < count; ++row, into += stride, next += stride)
      merge_row<S>(weights, row, stride, next, into);
  }
}

/// Where the partial results of a span are made, some rows at a time: in their place, or where the
/// item adds to it beside it, to be added while they are in the first-level cache.
template <class S>
class BandPartial {
 public:
  /// `into` [tile rows, stride], `beside` [the most rows at a time, stride].
  BandPartial(const SpanItem& item, float* into, float* beside)
      : into_(into),
        beside_(item.adds ? beside : nullptr),
        dim_(item.tile.args->layout.value_dim),
        stride_(partial_floats(dim_)) {}
  /// Zeros for `rows` rows.
  float* begin(int64_t first, int64_t rows) const {
    float* at = beside_ != nullptr ? beside_ : into_ + first * stride_;
    std::memset(at, 0, static_cast<size_t>(rows * stride_) * sizeof(float));
    return at;
  }
  void end(int64_t first, int64_t rows) const {
    if (beside_ != nullptr) merge_partials<S>(into_ + first * stride_, beside_, rows, dim_);
  }

 private:
  float *into_, *beside_;
  int64_t dim_, stride_;
};

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
