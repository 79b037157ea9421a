// y = W x for many tokens: a lane is a token (token_lane_panels.h). W is decoded to f32, a few rows
// and a chunk of columns at a time, and a weight is broadcast to the vectors of a tile, so that
// neither operand is shuffled: 86 % of the FMA rate of an Emerald Rapids core. (Lanes that are
// columns, in tiles of 4 rows x 6 tokens, gave three quarters of this: their sums are to be added
// up across lanes, chunk by chunk.)
//
// The order of sums is that of dot_product.h, in which a lane is a column: each of its kLanes
// accumulators takes every kLanes-th column. Here these are chains of their own, one after the
// other in the order in which S::reduce4 adds them up, as leaves of its tree.
#pragma once

#include "kernels/matmul/token_lane_panels.h"
#include "kernels/unrolled.h"

namespace hearth::kernels {

/// Rows of W whose sums wait for the next chunk of columns; not in y, whose rows are many KB apart,
/// mostly a power of two, so that a block of tokens has but a few sets of the caches there.
inline constexpr int64_t kStripeRows = 512;

/// Floats that multiply_many() needs: decoded rows, and the sums of a stripe.
template <class S>
constexpr int64_t many_floats() {
  return kRowBlock * Lanes<S>::kStride + Lanes<S>::kPanels * kStripeRows * Lanes<S>::kTokens;
}

/// acc[r][v] = the chain over columns `lane`, lane + kLanes, ... of R rows and V vectors of tokens.
template <class S, int R, int V>
[[gnu::always_inline]] inline void sum_lane(const float* w, const float* x, int64_t steps,
                                            typename S::F (&acc)[R][V]) {
  unrolled<R>([&](auto r) HEARTH_INLINE {
    unrolled<V>([&](auto v) HEARTH_INLINE { acc[r][v] = S::zero(); });
  });
  for (int64_t j = 0; j < steps; ++j, w += S::kLanes, x += Lanes<S>::kTokens) {
    typename S::F xs[V];
    unrolled<V>([&](auto v) HEARTH_INLINE { xs[v] = S::load(x + v * S::kLanes); });
    unrolled<R>([&](auto r) HEARTH_INLINE {
      const auto weight = S::set1(w[r * Lanes<S>::kStride]);
      unrolled<V>([&](auto v) HEARTH_INLINE { acc[r][v] = S::fma(weight, xs[v], acc[r][v]); });
    });
  }
}

/// Lines that will be needed soon, prefetched a few at a time between the sums: asked for at once,
/// they would fill the buffers that x comes through.
class LinesAhead {
 public:
  LinesAhead() = default;
  /// `rows` rows of `bytes` bytes, `stride` bytes apart, to be done in `turns` turns.
  LinesAhead(uintptr_t first, int64_t rows, int64_t stride, int64_t bytes, int64_t turns)
      : row_(first), rows_(rows), stride_(stride), bytes_(bytes) {
    lines_ = (rows * ((bytes + 63) / 64) + turns - 1) / turns;
  }
  template <auto Prefetch>
  void take_turn() {
    for (int64_t i = 0; i < lines_ && rows_ > 0; ++i) {
      Prefetch(row_ + static_cast<uintptr_t>(at_));
      at_ += 64;
      if (at_ < bytes_) continue;
      at_ = 0;
      row_ += static_cast<uintptr_t>(stride_);
      --rows_;
    }
  }

 private:
  uintptr_t row_ = 0;
  int64_t rows_ = 0;
  int64_t stride_ = 0, bytes_ = 0;
  int64_t at_ = 0;
  int64_t lines_ = 0;  // a turn
};

/// The next rows of W, into the first-level cache, and the next chunk of x, into the second.
struct Ahead {
  LinesAhead weights, x;
};

/// sums[r][V vectors] += (= if first) a chunk's products of R rows with a panel of x.
template <class S, int R, int V>
inline void sum_tile(const float* w, const float* x, int64_t steps, bool first, Ahead& ahead,
                     float* sums) {
  constexpr int kLevels = S::kLanes == 16 ? 4 : 3;
  alignas(64) float waiting[kLevels][R][V * S::kLanes];  // left branches of the tree
  for (int i = 0; i < S::kLanes; ++i) {
    const int64_t lane = S::nth_reduced(i);
    ahead.weights.template take_turn<S::prefetch>();
    ahead.x.template take_turn<S::prefetch_far>();
    typename S::F acc[R][V];
    sum_lane<S, R, V>(w + lane, x + lane * steps * Lanes<S>::kTokens, steps, acc);
    const auto add = [&](const float* from, int64_t stride) HEARTH_INLINE {
      unrolled<R>([&](auto r) HEARTH_INLINE {
        unrolled<V>([&](auto v) HEARTH_INLINE {
          acc[r][v] = S::add(S::load(from + r * stride + v * S::kLanes), acc[r][v]);
        });
      });
    };
    int level = 0;
    for (int left = i; left % 2 != 0; left /= 2) add(waiting[level++][0], V * S::kLanes);
    if (level == kLevels && !first) add(sums, Lanes<S>::kTokens);
    float* to = level == kLevels ? sums : waiting[level][0];
    const int64_t stride = level == kLevels ? Lanes<S>::kTokens : V * S::kLanes;
    unrolled<R>([&](auto r) HEARTH_INLINE {
      unrolled<V>([&](auto v)
                      HEARTH_INLINE { S::store(to + r * stride + v * S::kLanes, acc[r][v]); });
    });
  }
}

/// Rows [r, r_end) of W, at most kStripeRows, and panels [begin, end) of x.
template <class S>
struct Stripe {
  const MatmulArgs& a;
  int64_t r, r_end;
  int64_t begin, end;

  int64_t first_token() const { return begin * Lanes<S>::kTokens; }
  int64_t tokens() const {
    const int64_t to = end * Lanes<S>::kTokens;
    return (to < a.m ? to : a.m) - first_token();
  }
  float* decoded() const { return a.scratch; }
  /// Sums of a row block, [panels][kRowBlock][kTokens].
  float* sums(int64_t row) const {
    return a.scratch + kRowBlock * Lanes<S>::kStride +
           (row - r) * (end - begin) * Lanes<S>::kTokens;
  }
  const float* x(int64_t panel, int64_t column) const {
    return reinterpret_cast<const float*>(a.packed) + panel * panel_floats<S>(a.weight->cols) +
           column * Lanes<S>::kTokens;
  }
};

/// Decodes kRowBlock rows of W from `row`; rows past the end are the last one again, and columns up
/// to a whole vector 0.
template <class S>
inline void decode_rows(const Stripe<S>& s, int64_t row, int64_t first, int64_t count) {
  const int64_t padded = rounded_up(count, S::kLanes);
  float* room = s.decoded();
  for (int64_t i = 0; i < kRowBlock; ++i, room += Lanes<S>::kStride) {
    decode_weights<S>(*s.a.weight, row + i < s.r_end ? row + i : s.r_end - 1, first, count, room);
    for (int64_t k = count; k < padded; ++k) room[k] = 0;
  }
}

/// Turns that kRowBlock rows give to what is ahead.
template <class S>
inline int64_t turns(const Stripe<S>& s) {
  return kRowBlock / Lanes<S>::kRows * (s.end - s.begin) * S::kLanes;
}

/// What decode_rows() will be asked for after `row`: the next rows, or the next columns.
template <class S>
inline LinesAhead weights_ahead(const Stripe<S>& s, int64_t row, int64_t first, int64_t count) {
  const WeightMatrix& w = *s.a.weight;
  const bool down = row + kRowBlock < s.r_end;
  const ColumnBytes next(w, down ? row + kRowBlock : s.r, down ? first : first + count, count);
  const int64_t row_bytes = ColumnBytes(w, 0, 0, w.cols).count;
  return {next.begin, kRowBlock, row_bytes, next.count, turns(s)};
}

/// The chunk of x after the one from column `first`: of these tokens, which have it again from its
/// beginning with the next stripe.
template <class S>
inline LinesAhead x_ahead(const Stripe<S>& s, int64_t first) {
  const int64_t cols = s.a.weight->cols;
  const int64_t next = first + kChunk < cols ? first + kChunk : 0;
  const int64_t count = cols - next < kChunk ? cols - next : kChunk;
  const int64_t row_blocks = (s.r_end - s.r + kRowBlock - 1) / kRowBlock;
  return {reinterpret_cast<uintptr_t>(s.x(s.begin, next)), s.end - s.begin,
          panel_floats<S>(cols) * 4, count * Lanes<S>::kTokens * 4, row_blocks * turns(s)};
}

/// The sums of kRowBlock rows over columns [first, first + count).
template <class S>
inline void sum_rows(const Stripe<S>& s, int64_t row, int64_t first, int64_t count, Ahead& ahead) {
  constexpr int R = Lanes<S>::kRows;
  decode_rows<S>(s, row, first, count);
  ahead.weights = weights_ahead<S>(s, row, first, count);
  float* sums = s.sums(row);
  for (int64_t p = s.begin; p < s.end; ++p) {
    const int64_t tokens = s.a.m - p * Lanes<S>::kTokens;
    const auto sum = tokens > 2 * S::kLanes ? sum_tile<S, R, 3>
                     : tokens > S::kLanes   ? sum_tile<S, R, 2>
                                            : sum_tile<S, R, 1>;
    for (int64_t i = 0; i < kRowBlock; i += R, sums += R * Lanes<S>::kTokens)
      sum(s.decoded() + i * Lanes<S>::kStride, s.x(p, first), (count + S::kLanes - 1) / S::kLanes,
          first == 0, ahead, sums);
  }
}

/// y of kLanes rows and tokens, from `token` of the stripe on.
template <class S>
inline void put_sums(const Stripe<S>& s, int64_t row, int64_t token) {
  const int64_t rows = s.r_end - row;
  const int64_t at =
      token / Lanes<S>::kTokens * kRowBlock * Lanes<S>::kTokens + token % Lanes<S>::kTokens;
  typename S::I tile[S::kLanes];
  for (int64_t r = 0; r < S::kLanes; ++r)
    tile[r] = S::as_int(
        S::load(s.sums(row + r / kRowBlock * kRowBlock) + at + r % kRowBlock * Lanes<S>::kTokens));
  S::transpose(tile);
  for (int64_t t = 0; t < S::kLanes && token + t < s.tokens(); ++t) {
    float* y = s.a.y + (s.first_token() + token + t) * s.a.y_stride + row;
    rows >= S::kLanes ? S::store(y, S::as_float(tile[t]))
                      : S::store_partial(y, S::as_float(tile[t]), rows);
  }
}

template <class S>
inline void multiply_stripe(const Stripe<S>& s) {
  for (int64_t k = 0; k < s.a.weight->cols; k += kChunk) {
    const int64_t left = s.a.weight->cols - k;
    Ahead ahead;
    ahead.x = x_ahead<S>(s, k);
    for (int64_t row = s.r; row < s.r_end; row += kRowBlock)
      sum_rows<S>(s, row, k, left < kChunk ? left : kChunk, ahead);
  }
  for (int64_t token = 0; token < s.tokens(); token += S::kLanes)
    for (int64_t row = s.r; row < s.r_end; row += S::kLanes) put_sums<S>(s, row, token);
}

template <class S>
inline void multiply_many(const MatmulArgs& a) {
  const int64_t panels = panels_of<S>(a.m);
  const int64_t blocks = (panels + Lanes<S>::kPanels - 1) / Lanes<S>::kPanels;
  for (int64_t i = 0; i < blocks; ++i) {
    for (int64_t r = a.row_begin; r < a.row_end; r += kStripeRows) {
      const int64_t r_end = a.row_end - r < kStripeRows ? a.row_end : r + kStripeRows;
      multiply_stripe<S>({a, r, r_end, panels * i / blocks, panels * (i + 1) / blocks});
    }
  }
}

}  // namespace hearth::kernels
