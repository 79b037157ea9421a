// x of many tokens, packed once for all threads so that a vector is one column of kLanes tokens:
// [panels][chunks of columns][kLanes][steps][kTokens], where step j of lane l is column l + kLanes
// j of the chunk. What is not there is 0.
#pragma once

#include "kernels/matmul/decode.h"

namespace hearth::kernels {

/// How S cuts the work.
template <class S>
struct Lanes {
  /// Register tiles that keep both FMA pipes busy and leave room for the operands: 8 rows x 3
  /// vectors are fed by 11 loads per 24 products, 4 x 3 (AVX2) by 7 per 12.
  static constexpr int kRows = S::kLanes == 16 ? 8 : 4;
  static constexpr int kVectors = 3;
  /// Tokens of a panel of packed x.
  static constexpr int64_t kTokens = kVectors * S::kLanes;
  /// Panels whose chunk of columns stays in the second-level cache while all rows of W pass by:
  /// 393 KB of the 1 MB or more that processors with AVX-512 have, 246 KB of the 512 KB of Zen 2.
  static constexpr int64_t kPanels = S::kLanes == 16 ? 4 : 5;
  /// Floats between decoded rows.
  static constexpr int64_t kStride = kChunk + kLine;
};

namespace {

inline int64_t rounded_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

}  // namespace

template <class S>
inline int64_t panel_floats(int64_t cols) {
  return Lanes<S>::kTokens * rounded_up(cols, S::kLanes);
}
template <class S>
inline int64_t panels_of(int64_t tokens) {
  return (tokens + Lanes<S>::kTokens - 1) / Lanes<S>::kTokens;
}

/// Columns [first, first + count) of the tokens from t0, as [kLanes][steps][kTokens].
template <class S>
inline void pack_chunk(const MatmulArgs& a, int64_t t0, int64_t first, int64_t count, float* out) {
  constexpr int64_t kLanes = S::kLanes;
  const int64_t steps = (count + kLanes - 1) / kLanes;
  for (int64_t v = 0; v < Lanes<S>::kTokens; v += kLanes) {
    for (int64_t j = 0; j < steps; ++j) {
      typename S::I columns[kLanes];
      for (int64_t t = 0; t < kLanes; ++t) {
        const float* x = a.x + (t0 + v + t) * a.x_stride + first + j * kLanes;
        const int64_t left = count - j * kLanes;
        columns[t] = S::as_int(t0 + v + t >= a.m ? S::zero()
                               : left >= kLanes  ? S::load(x)
                                                 : S::load_partial(x, left));
      }
      S::transpose(columns);
      for (int64_t lane = 0; lane < kLanes; ++lane)
        S::store(out + (lane * steps + j) * Lanes<S>::kTokens + v, S::as_float(columns[lane]));
    }
  }
}

/// The panels and chunks of part `part` of `parts`.
template <class S>
void pack_tokens_as_lanes(const MatmulArgs& a, std::byte* packed, int part, int parts) {
  const int64_t cols = a.weight->cols, chunks = (cols + kChunk - 1) / kChunk;
  const Range mine = share(panels_of<S>(a.m) * chunks, part, parts);
  for (int64_t i = mine.begin; i < mine.end; ++i) {
    const int64_t panel = i / chunks, first = i % chunks * kChunk;
    const int64_t count = cols - first < kChunk ? cols - first : kChunk;
    float* out = reinterpret_cast<float*>(packed) + panel * panel_floats<S>(cols) +
                 first * Lanes<S>::kTokens;
    pack_chunk<S>(a, panel * Lanes<S>::kTokens, first, count, out);
  }
}

}  // namespace hearth::kernels
