// The steps of attention for one instruction set (see driver.h): a tile of queries meets one span
// of cells. Scores of the span are complete before the softmax, so its maximum is exact and no
// partial result is ever rescaled inside a span.
//
// Bits do not depend on the tile: a score is one chain over D; the sum of the weights has one
// vector accumulator over the span, where invisible cells add 0; a weighted value is one chain over
// exactly the visible cells, so that not even an infinity in an invisible cell can touch it.
#pragma once

#include "kernels/attention/cells.h"
#include "kernels/attention/fetch_ahead.h"
#include "kernels/attention/outer_product.h"
#include "kernels/attention/partials.h"
#include "kernels/attention/score_changes.h"

namespace hearth::kernels {

// The part of a span that a tile works on, and where its scratch lies.
struct SpanWork {
  const QueryTile& tile;
  int64_t span_begin;  // first cell of the span
  int64_t begin;       // first cell of the first block that the tile sees
  int64_t end;         // one past the last cell that it sees
  float* queries;      // [rows, query_stride], scaled
  int64_t query_stride;
  float* scores;   // [rows, kSpanTokens], then weights; column = cell - span_begin
  float* block;    // one block as f32: keys [D, kBlockTokens] or values [kBlockTokens, padded Dv]
  float* partial;  // [rows, partial_stride]
  int64_t partial_stride;

  // The columns of `row` that its query sees.
  template <class S>
  CellRange visible(int64_t row) const {
    const CellRange cells =
        visible_cells(*tile.args, *tile.sequence, tile.first_token + row / tile.heads);
    return {(cells.begin > begin ? cells.begin : begin) - span_begin,
            (cells.end < end ? cells.end : end) - span_begin};
  }
};

template <class S>
inline SpanWork span_work(const SpanItem& item, float* scratch) {
  const QueryTile& tile = item.tile;
  const AttentionArgs& args = *tile.args;
  const int64_t first = item.span * kSpanTokens, last = first + kSpanTokens;
  const int64_t high = visible_cells(args, *tile.sequence, tile.first_token + tile.tokens - 1).end;
  const int64_t query_stride = padded(args.layout.key_dim);
  float* scores = scratch + tile.rows * query_stride;
  float* partial = scores + tile.rows * kSpanTokens;
  const int64_t partial_stride = partial_floats(args.layout.value_dim);
  return {tile,
          first,
          visible_blocks(item).begin * kBlockTokens,
          high < last ? high : last,
          scratch,
          query_stride,
          scores,
          partial + tile.rows * partial_stride,
          partial,
          partial_stride};
}

// Scaled queries, scores, partial results, and one block of keys or values as f32.
template <class S>
int64_t span_scratch_floats(const AttentionArgs& args, int64_t rows) {
  const int64_t key_dim = padded(args.layout.key_dim), value_dim = padded(args.layout.value_dim);
  return rows * (key_dim + kSpanTokens + partial_floats(args.layout.value_dim)) +
         (key_dim > value_dim ? key_dim : value_dim) * kBlockTokens;
}

template <class S>
inline void scale_queries(const SpanWork& work) {
  const AttentionArgs& args = *work.tile.args;
  const int64_t dim = args.layout.key_dim, heads = work.tile.heads;
  const auto scale = S::set1(args.scale);
  for (int64_t row = 0; row < work.tile.rows; ++row) {
    const int64_t token = work.tile.sequence->row + work.tile.first_token + row / heads;
    const int64_t head = work.tile.kv_head * heads + row % heads;
    const float* q = args.q + token * args.q_stride + head * dim;
    float* out = work.queries + row * work.query_stride;
    int64_t d = 0;
    for (; d + S::kLanes <= dim; d += S::kLanes) S::store(out + d, S::mul(S::load(q + d), scale));
    if (d < dim) S::store_partial(out + d, S::mul(S::load_partial(q + d, dim - d), scale), dim - d);
  }
}

// Scores of one block for all rows; keys [D, kBlockTokens].
template <class S, auto Load, int kBytes>
inline void score_block(const SpanWork& work, const std::byte* keys, int64_t column) {
  const int64_t rows = work.tile.rows;
  for (int64_t r = 0; r < rows; r += S::kOuterRows) {
    const int64_t count = rows - r < S::kOuterRows ? rows - r : S::kOuterRows;
    outer_product<S, Load, kBytes>(count, work.queries + r * work.query_stride, work.query_stride,
                                   {keys, kBlockTokens}, 0, work.tile.args->layout.key_dim,
                                   work.scores + r * kSpanTokens + column, kSpanTokens,
                                   kBlockTokens);
  }
}

// Weighted values of one block for all rows; values [kBlockTokens, stride]. The rows of a register
// tile take the cells that all of them see together, and the rest, at either end, one by one.
template <class S, auto Load, int kBytes>
inline void weigh_block(const SpanWork& work, const std::byte* values, int64_t stride,
                        int64_t column) {
  const int64_t rows = work.tile.rows, out_stride = work.partial_stride;
  const int64_t dim = (work.tile.args->layout.value_dim + S::kLanes - 1) / S::kLanes * S::kLanes;
  const auto run = [&](int64_t row, int64_t count, int64_t begin, int64_t end) {
    if (begin >= end) return;
    outer_product<S, Load, kBytes>(count, work.scores + row * kSpanTokens + column, kSpanTokens,
                                   {values, stride}, begin, end,
                                   work.partial + row * out_stride + kPartialHead, out_stride, dim);
  };
  for (int64_t r = 0; r < rows; r += S::kOuterRows) {
    const int64_t count = rows - r < S::kOuterRows ? rows - r : S::kOuterRows;
    CellRange seen[S::kOuterRows];
    CellRange common = {0, kBlockTokens};
    for (int64_t i = 0; i < count; ++i) {
      const CellRange all = work.visible<S>(r + i);
      seen[i] = {all.begin > column ? all.begin - column : 0,
                 all.end - column < kBlockTokens ? all.end - column : kBlockTokens};
      if (seen[i].begin > common.begin) common.begin = seen[i].begin;
      if (seen[i].end < common.end) common.end = seen[i].end;
    }
    if (common.begin >= common.end) common = {kBlockTokens, kBlockTokens};
    for (int64_t i = 0; i < count; ++i)
      run(r + i, 1, seen[i].begin, seen[i].end < common.begin ? seen[i].end : common.begin);
    run(r, count, common.begin, common.end);
    for (int64_t i = 0; i < count; ++i) run(r + i, 1, common.end, seen[i].end);
  }
}

// Scores to weights exp(score - maximum); returns through the row's partial result the maximum and
// the sum of the weights.
template <class S>
inline void softmax_row(const SpanWork& work, int64_t row) {
  using F = typename S::F;
  float* s = work.scores + row * kSpanTokens;
  const CellRange seen = work.visible<S>(row);
  const int64_t begin = work.begin - work.span_begin;
  const int64_t end = (work.end - work.span_begin + kBlockTokens - 1) / kBlockTokens * kBlockTokens;
  const QueryTile& tile = work.tile;
  change_scores<S>(*tile.args, tile.kv_head * tile.heads + row % tile.heads,
                   tile.sequence->past + tile.first_token + row / tile.heads, work.span_begin,
                   begin, end, 1.0f, s);
  for (int64_t c = begin; c < (seen.begin < end ? seen.begin : end); ++c) s[c] = kMinusInfinity;
  for (int64_t c = seen.end > begin ? seen.end : begin; c < end; ++c) s[c] = kMinusInfinity;
  if (const uint8_t* mask = work.tile.sequence->cell_mask; mask != nullptr)
    for (int64_t c = seen.begin; c < seen.end; ++c)
      if (mask[work.span_begin + c] == 0) s[c] = kMinusInfinity;

  F most = S::set1(kMinusInfinity);
  for (int64_t c = begin; c < end; c += S::kLanes) most = S::max(most, S::load(s + c));
  const float maximum = S::reduce_max(most);
  float* partial = work.partial + row * work.partial_stride;
  partial[0] = maximum;
  if (maximum == kMinusInfinity) {
    for (int64_t c = begin; c < end; ++c) s[c] = 0;
    partial[1] = 0;
    return;
  }
  F sum = S::zero();
  for (int64_t c = begin; c < end; c += S::kLanes) {
    const F weight = exp<S>(S::sub(S::load(s + c), S::set1(maximum)));
    S::store(s + c, weight);
    sum = S::add(sum, weight);
  }
  partial[1] = S::reduce_add(sum);
}

// One type of cache cells. A block is converted to f32 once when several register tiles of rows use
// it, and read as it lies when one does.
template <class S, class Cells>
inline void scores_and_values(const SpanWork& work, const BandPartial<S>& results,
                              FetchAhead<S> next) {
  const KvLayout& layout = work.tile.args->layout;
  const bool one_tile = Cells::kReadable && work.tile.rows <= S::kOuterRows;
  // A block is passed twice, and half of another fetched each time.
  const auto lines =
      static_cast<int64_t>(layout.key_head_bytes() + layout.value_head_bytes()) / 128 + 1;
  for (int64_t cell = work.begin; cell < work.end; cell += kBlockTokens, next.lines(lines)) {
    const std::byte* keys = key_block<S>(work.tile, cell / kBlockTokens);
    if (one_tile) {
      score_block<S, Cells::load, Cells::kBytes>(work, keys, cell - work.span_begin);
    } else {
      Cells::keys(layout, keys, work.block);
      score_block<S, S::load_f32, 4>(work, as_bytes<S>(work.block), cell - work.span_begin);
    }
  }
  for (int64_t row = 0; row < work.tile.rows; ++row) softmax_row<S>(work, row);
  const bool as_it_lies =
      one_tile && layout.value_dim % S::kLanes == 0 && work.tile.sequence->cell_mask == nullptr;
  for (int64_t cell = work.begin; cell < work.end; cell += kBlockTokens, next.lines(lines)) {
    const std::byte* values = value_block<S>(work.tile, cell / kBlockTokens);
    if (as_it_lies) {
      weigh_block<S, Cells::load, Cells::kBytes>(work, values, layout.value_dim,
                                                 cell - work.span_begin);
    } else {
      const int64_t cells = work.end - cell < kBlockTokens ? work.end - cell : kBlockTokens;
      convert_values<S, Cells>(work.tile, values, cell, cells, work.block);
      weigh_block<S, S::load_f32, 4>(work, as_bytes<S>(work.block), padded(layout.value_dim),
                                     cell - work.span_begin);
    }
  }
  results.end(0, work.tile.rows);
}

template <class S>
void attention_span(const SpanItem& item, const SpanItem* next, float* partial, float* scratch) {
  SpanWork work = span_work<S>(item, scratch);
  const BandPartial<S> results(item, partial, work.partial);
  if (!item.same_tile) scale_queries<S>(work);
  const auto rows = static_cast<size_t>(item.tile.rows);
  std::memset(work.scores, 0, rows * kSpanTokens * sizeof(float));
  work.partial = results.begin(0, item.tile.rows);
  const FetchAhead<S> ahead(item.tile.rows <= kFewRows ? next : nullptr);
  switch (item.tile.args->layout.type) {
    case ElementType::f16:
      return scores_and_values<S, PlainCells<S, S::load_f16, 2>>(work, results, ahead);
    case ElementType::bf16:
      return scores_and_values<S, PlainCells<S, S::load_bf16, 2>>(work, results, ahead);
    case ElementType::u8:
      return scores_and_values<S, ByteCells<S>>(work, results, ahead);
    case ElementType::u4:
      return scores_and_values<S, NibbleCells<S>>(work, results, ahead);
    default:
      return scores_and_values<S, PlainCells<S, S::load_f32, 4>>(work, results, ahead);
  }
}

template <class S>
struct AttentionFunctions {
  // Converting a block of the cache costs about 5 % of the products of 48 rows, whose scores (96
  // KB) stay in a second-level cache.
  static constexpr AttentionSteps kSteps = {48,
                                            span_scratch_floats<S>,
                                            store_cells<S>,
                                            attention_span<S>,
                                            merge_partials<S>,
                                            finish_rows<S>};
  static const char* refuse(const AttentionArgs& args) {
    if (const char* reason = refuse_attention(args)) return reason;
    return args.layout.type == ElementType::i16 ? "products are of floats, not of integers"
                                                : nullptr;
  }
  static void run(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch) {
    run_attention(args, pool, threads, scratch, kSteps);
  }
  static int64_t scratch_floats(const AttentionArgs& args, int threads) {
    return attention_scratch_floats(args, threads, kSteps);
  }
};

template <class S>
constexpr AttentionKernel attention_kernel(const char* name, Isa isa) {
  using All = AttentionFunctions<S>;
  return {name, isa, All::refuse, All::run, All::scratch_floats};
}

}  // namespace hearth::kernels
