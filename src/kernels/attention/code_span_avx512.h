// The steps of attention (see driver.h) with both products in 16-bit codes, integers or bf16: the
// cells of a span and the queries of a tile become codes once, if they are not kept as such, then
// bands of rows take scores, softmax and weighted values. What multiplies is a template parameter:
// integer_products_avx512.h, tile_products.h.
//
// Scores are kept as base-2 logarithms. A weight exp2(score - maximum) takes its cell's step with
// it, so that the codes of all values are added up alike.
#pragma once

#include <cstring>

#include "kernels/attention/cells.h"
#include "kernels/attention/code_cells_avx512.h"
#include "kernels/attention/integer_cells_avx512.h"
#include "kernels/attention/partials.h"
#include "kernels/attention/score_changes.h"
#include "kernels/simd_avx512.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kBandRows = 32;  // scores and weights of a band: 96 KB
inline constexpr float kLog2E = 0x1.715476p+0f, kLn2 = 0x1.62e430p-1f;

struct CodeSpan {
  const QueryTile& tile;
  CellRange blocks;    // that the tile sees
  int64_t span_begin;  // first cell of the span
  int64_t key_pairs, value_stride, partial_stride;
  SpanPieces pieces = {};
  PieceQueue queue = {};
  // Columns of a span are cells - span_begin. Cells that one band alone reads are converted where
  // they are used, each over the one before, in the first-level cache.
  // [rows in whole bands / Q, query_stride() / 2, Q, 2] with Q = Products::kQueryRows, so that the
  // pairs of elements which are multiplied together lie together.
  int16_t* queries = nullptr;
  float* query_steps = nullptr;   // [rows in whole bands]
  int16_t* keys = nullptr;        // [kSpanBlocks, key_pairs, kBlockTokens, 2]
  float* key_steps = nullptr;     // [kSpanTokens]
  int16_t* values = nullptr;      // [kSpanTokens / 2, value_stride, 2]
  float* value_steps = nullptr;   // [kSpanTokens]
  float* value_units = nullptr;   // [kSpanTokens]
  float* scores = nullptr;        // [kBandRows, kSpanTokens]
  int16_t* weights = nullptr;     // [kBandRows, kSpanTokens]
  float* weight_steps = nullptr;  // [kBandRows]
  float* totals = nullptr;        // [kBandRows, value_stride], for products that want whole bands
  float* partial = nullptr;       // [rows, partial_stride]

  int64_t query_stride() const { return padded(2 * key_pairs); }
  int64_t key_block() const { return 2 * key_pairs * kBlockTokens; }
  int64_t value_block() const { return value_stride * kBlockTokens; }
};

// Takes its parts from one piece of memory; with none, only counts.
class Carver {
 public:
  explicit Carver(float* memory) : next_(memory) {}
  template <typename Element>
  Element* take(int64_t count) {
    float* here = next_;
    const int64_t floats = padded((count * static_cast<int64_t>(sizeof(Element)) + 3) / 4);
    total_ += floats;
    if (next_ != nullptr) next_ += floats;
    return reinterpret_cast<Element*>(here);
  }
  int64_t total() const { return total_; }

 private:
  float* next_;
  int64_t total_ = 0;
};

template <class Products>
CodeSpan code_span(const SpanItem& item, int64_t rows, float* partial, Carver& room) {
  const KvLayout& layout = item.tile.args->layout;
  const int64_t grain = Products::kPairGrain,
                whole = (rows + kBandRows - 1) / kBandRows * kBandRows;
  CodeSpan s{.tile = item.tile,
             .blocks = item.tile.sequence != nullptr ? visible_blocks(item) : CellRange{},
             .span_begin = item.span * kSpanTokens,
             .key_pairs = ((layout.key_dim + 1) / 2 + grain - 1) / grain * grain,
             .value_stride = padded(layout.value_dim),
             .partial_stride = partial_floats(layout.value_dim),
             .partial = partial};
  s.queries = room.take<int16_t>(whole * s.query_stride());
  s.query_steps = room.take<float>(whole);
  s.keys = room.take<int16_t>(kSpanBlocks * s.key_block());
  s.key_steps = room.take<float>(kSpanTokens);
  s.values = room.take<int16_t>(kSpanBlocks * s.value_block());
  s.value_steps = room.take<float>(kSpanTokens);
  s.value_units = room.take<float>(kSpanTokens);
  s.scores = room.take<float>(kBandRows * kSpanTokens);
  s.weights = room.take<int16_t>(kBandRows * kSpanTokens);
  s.weight_steps = room.take<float>(kBandRows);
  s.totals = room.take<float>(kBandRows * s.value_stride);
  return s;
}

template <class Products>
int64_t code_scratch_floats(const AttentionArgs& args, int64_t rows) {
  SpanItem item;
  item.tile.args = &args;
  Carver counter(nullptr);
  code_span<Products>(item, rows, nullptr, counter);
  return counter.total();
}

// Consecutive rows of a tile, and the cells [begin, end) in whole blocks that some of them see.
struct Band {
  int64_t first, rows, begin, end;
};

// The columns that one row sees.
inline CellRange visible_columns(const CodeSpan& s, int64_t row) {
  const CellRange cells =
      visible_cells(*s.tile.args, *s.tile.sequence, s.tile.first_token + row / s.tile.heads);
  const int64_t begin = cells.begin - s.span_begin, end = cells.end - s.span_begin;
  return {begin > 0 ? begin : 0, end < kSpanTokens ? end : kSpanTokens};
}

inline Band band_of(const CodeSpan& s, int64_t first) {
  const int64_t rest = s.tile.rows - first, rows = rest < kBandRows ? rest : kBandRows;
  const int64_t begin = visible_columns(s, first).begin / kBlockTokens * kBlockTokens;
  const int64_t end = visible_columns(s, first + rows - 1).end;
  return {first, rows, begin, (end + kBlockTokens - 1) / kBlockTokens * kBlockTokens};
}

// The queries times scale * log2(e), as codes.
template <class Products>
inline void convert_queries(const CodeSpan& s) {
  using Codes = typename Products::Codes;
  constexpr int64_t kRows = Products::kQueryRows;
  const __m256i apart = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
                                           _mm256_set1_epi32(static_cast<int>(kRows)));
  const AttentionArgs& args = *s.tile.args;
  const int64_t dim = args.layout.key_dim, heads = s.tile.heads;
  const __m512 scale = _mm512_set1_ps(args.scale * kLog2E);
  for (int64_t row = 0; row < s.tile.rows; ++row) {
    const int64_t token = s.tile.sequence->row + s.tile.first_token + row / heads;
    const float* q = args.q + token * args.q_stride + (s.tile.kv_head * heads + row % heads) * dim;
    const auto load = [&](int64_t d) {
      const __mmask16 lanes = d < dim ? first_lanes(dim - d) : __mmask16{0};
      return _mm512_mul_ps(_mm512_maskz_loadu_ps(lanes, q + d), scale);
    };
    __m512i most = _mm512_setzero_si512();
    for (int64_t d = 0; d < dim; d += 16) most = _mm512_max_epu32(most, magnitude(load(d)));
    const __m512i largest = _mm512_set1_epi32(static_cast<int>(_mm512_reduce_max_epu32(most)));
    const CodeSteps of = Codes::steps(_mm512_castsi512_ps(largest));
    s.query_steps[row] = _mm512_cvtss_f32(of.step);
    int16_t* out = s.queries + row / kRows * kRows * s.query_stride() + 2 * (row % kRows);
    for (int64_t d = 0; d < s.query_stride(); d += 16, out += 16 * kRows)
      _mm256_i32scatter_epi32(out, apart, _mm512_cvtepi32_epi16(Codes::codes(load(d), of.codes)),
                              4);
  }
}

/// Codes of one block, and those to fetch from while they are read.
struct BlockCodes {
  const int16_t* codes;
  const int16_t* ahead;
};

/// The cells of a span as codes: made block by block when they are asked for, or all at once.
template <class Products, class Cells>
class SpanCells {
 public:
  explicit SpanCells(CodeSpan& s) : s_(s), layout_(s.tile.args->layout) {
    if (!is_quantized(layout_.type)) return;
    steps_begin_ = value_piece(layout_).scales;
    steps_end_ = steps_begin_ + kBlockTokens * (Cells::kKept ? sizeof(uint16_t) : sizeof(float));
  }

  void make_all() {
    for (int64_t i = first(); i < last(); ++i)
      make_keys(i, i, {s_.pieces.keys(i), s_.pieces.keys(i)});
    make_value_steps();
    for (int64_t i = first(); i < last(); ++i)
      make_values(i, i, {s_.pieces.values(i), s_.pieces.values(i)});
    made_ = true;
  }

  BlockCodes keys(int64_t i) const {
    const Piece piece = s_.queue.with_keys(s_.pieces.keys(i), i);
    if (!made_) {
      // The steps of values are wanted before the values.
      prefetch(s_.pieces.values(i), steps_begin_, steps_end_);
      make_keys(i, 0, piece);
    }
    return codes(piece, s_.keys + (made_ ? i : 0) * s_.key_block());
  }
  void make_value_steps() const {
    if (made_) return;
    for (int64_t i = first(); i < last(); ++i)
      Cells::value_steps(layout_, {s_.pieces.values(i), s_.pieces.values(i)},
                         s_.value_steps + i * kBlockTokens, s_.value_units + i * kBlockTokens);
  }
  /// The codes of the last Products::kValueBlocks blocks that were asked for stay.
  BlockCodes values(int64_t i) const {
    const int64_t slot = made_ ? i : i % Products::kValueBlocks;
    const Piece piece = s_.queue.with_values(s_.pieces.values(i));
    if (!made_) make_values(i, slot, piece);
    return codes(piece, s_.values + slot * s_.value_block());
  }

 private:
  int64_t first() const { return s_.blocks.begin - s_.span_begin / kBlockTokens; }
  int64_t last() const { return s_.blocks.end - s_.span_begin / kBlockTokens; }
  void make_keys(int64_t i, int64_t slot, const Piece& piece) const {
    Cells::keys(layout_, piece, s_.keys + slot * s_.key_block(), s_.key_steps + i * kBlockTokens);
  }
  void make_values(int64_t i, int64_t slot, const Piece& piece) const {
    Cells::values(layout_, piece, s_.value_stride, s_.value_units + i * kBlockTokens,
                  s_.values + slot * s_.value_block());
  }
  static BlockCodes codes(const Piece& piece, const int16_t* made) {
    if constexpr (!Cells::kKept) return {made, made};
    return {reinterpret_cast<const int16_t*>(piece.data),
            reinterpret_cast<const int16_t*>(piece.ahead)};
  }

  CodeSpan& s_;
  const KvLayout& layout_;
  size_t steps_begin_ = 0, steps_end_ = 0;  // of values, in their piece
  bool made_ = false;
};

/// 2^x for x <= 0, off by 2^-18 of itself; 2^0 is 1, 2^-inf is 0.
inline __m512 exp2_below_1(__m512 x) {
  const __m512 f = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);  // x - floor(x)
  __m512 p = _mm512_set1_ps(0x1.b7f73cp-7f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.abf864p-5f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.ee2452p-3f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.62d6c6p-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, x);  // takes the floor of x
}

// Scores in the band's columns that the row does not see become -infinity.
inline void hide_columns(const CodeSpan& s, const Band& band, int64_t row, float* scores) {
  const CellRange seen = visible_columns(s, band.first + row);
  for (int64_t c = band.begin; c < band.end && c < seen.begin; ++c) scores[c] = kMinusInfinity;
  for (int64_t c = seen.end > band.begin ? seen.end : band.begin; c < band.end; ++c)
    scores[c] = kMinusInfinity;
  if (const uint8_t* mask = s.tile.sequence->cell_mask; mask != nullptr)
    for (int64_t c = seen.begin; c < seen.end; ++c)
      if (mask[s.span_begin + c] == 0) scores[c] = kMinusInfinity;
}

// Scores to weights as codes; the maximum and the sum go to the row's partial result.
template <class Products>
inline void softmax_to_codes(const CodeSpan& s, const Band& band, int64_t row) {
  float* scores = s.scores + row * kSpanTokens;
  int16_t* weights = s.weights + row * kSpanTokens;
  float* partial = s.partial + (band.first + row) * s.partial_stride;
  change_scores<Avx512>(
      *s.tile.args, s.tile.kv_head * s.tile.heads + (band.first + row) % s.tile.heads,
      s.tile.sequence->past + s.tile.first_token + (band.first + row) / s.tile.heads, s.span_begin,
      band.begin, band.end, kLog2E, scores);
  hide_columns(s, band, row, scores);
  __m512 most = _mm512_set1_ps(kMinusInfinity);
  for (int64_t c = band.begin; c < band.end; c += 16)
    most = _mm512_max_ps(most, _mm512_loadu_ps(scores + c));
  const float maximum = _mm512_reduce_max_ps(most);
  partial[0] = maximum * kLn2;
  const __m512 shift = _mm512_set1_ps(maximum == kMinusInfinity ? 0.0f : maximum);
  __m512 sum = _mm512_setzero_ps(), largest = _mm512_setzero_ps();
  for (int64_t c = band.begin; c < band.end; c += 16) {
    const __m512 weight = exp2_below_1(_mm512_sub_ps(_mm512_loadu_ps(scores + c), shift));
    sum = _mm512_add_ps(sum, weight);
    // Not seen is 0 whatever the step.
    const __mmask16 seen = _mm512_cmp_ps_mask(weight, _mm512_setzero_ps(), _CMP_NEQ_UQ);
    const __m512 scaled = _mm512_maskz_mul_ps(seen, weight, _mm512_loadu_ps(s.value_steps + c));
    largest = _mm512_max_ps(largest, scaled);
    _mm512_storeu_ps(scores + c, scaled);
  }
  partial[1] = Avx512::reduce_add(sum);
  const CodeSteps of = Products::weight_steps(_mm512_set1_ps(_mm512_reduce_max_ps(largest)));
  s.weight_steps[row] = _mm512_cvtss_f32(of.step);
  for (int64_t c = band.begin; c < band.end; c += 16)
    _mm256_storeu_si256(
        reinterpret_cast<__m256i*>(weights + c),
        _mm512_cvtepi32_epi16(Products::Codes::codes(_mm512_loadu_ps(scores + c), of.codes)));
}

template <class Products, class Cells>
void run_bands(CodeSpan& s) {
  SpanCells<Products, Cells> cells(s);
  if (s.tile.rows > kBandRows) cells.make_all();
  Products::begin();
  for (int64_t first = 0; first < s.tile.rows; first += kBandRows) {
    const Band band = band_of(s, first);
    for (int64_t c = band.begin; c < band.end; c += kBlockTokens)
      Products::scores(s, band, c, cells.keys(c / kBlockTokens));
    cells.make_value_steps();
    for (int64_t row = 0; row < band.rows; ++row) {
      s.queue.with_softmax(row, band.rows);
      softmax_to_codes<Products>(s, band, row);
    }
    Products::values(s, band, cells);
  }
  Products::end();
}

template <class Products>
void code_attention_span(const SpanItem& item, const SpanItem* next, float* partial,
                         float* scratch) {
  using Codes = typename Products::Codes;
  Carver room(scratch);
  CodeSpan s = code_span<Products>(item, item.tile.rows, partial, room);
  s.pieces = SpanPieces(item);
  if (item.tile.rows <= kBandRows) s.queue = PieceQueue(item, next);
  std::memset(partial, 0, static_cast<size_t>(item.tile.rows * s.partial_stride) * sizeof(float));
  convert_queries<Products>(s);
  if (s.key_pairs > (item.tile.args->layout.key_dim + 1) / 2)  // pairs of no key are zero
    std::memset(s.keys, 0, static_cast<size_t>(kSpanBlocks * s.key_block()) * sizeof(int16_t));
  switch (item.tile.args->layout.type) {
    case ElementType::f16:
      return run_bands<Products, FloatCells<Codes, CellsF16>>(s);
    case ElementType::bf16:
      return run_bands<Products, FloatCells<Codes, CellsBf16>>(s);
    case ElementType::i16:
      return run_bands<Products, KeptCells>(s);
    case ElementType::u8:
      return run_bands<Products, CodedPairs<Codes, 8>>(s);
    case ElementType::u4:
      return run_bands<Products, CodedPairs<Codes, 4>>(s);
    default:
      return run_bands<Products, FloatCells<Codes, CellsF32>>(s);
  }
}

inline void store_code_cells(const AttentionArgs& args, const AttentionSequence& sequence,
                             int64_t kv_head, int64_t begin, int64_t end) {
  if (args.layout.type == ElementType::i16)
    return store_integer_cells(args, sequence, kv_head, begin, end);
  return store_cells<Avx512>(args, sequence, kv_head, begin, end);
}

/// A span of cells is converted once for the rows of a tile; 256 rows make that 7 % of the products
/// of integers.
template <class Products>
struct CodeAttention {
  static constexpr AttentionSteps kSteps = {256,
                                            code_scratch_floats<Products>,
                                            store_code_cells,
                                            code_attention_span<Products>,
                                            merge_partials<Avx512>,
                                            finish_rows<Avx512>};
  static const char* refuse(const AttentionArgs& args) {
    if (args.precision == ElementType::f32) return "products of f32 were asked for";
    if (const char* reason = refuse_attention(args)) return reason;
    return Products::refuse(args.layout.type);
  }
  static void run(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch) {
    run_attention(args, pool, threads, scratch, kSteps);
  }
  static int64_t scratch_floats(const AttentionArgs& args, int threads) {
    return attention_scratch_floats(args, threads, kSteps);
  }
};

template <class Products>
constexpr AttentionKernel code_attention_kernel(const char* name, Isa isa) {
  using All = CodeAttention<Products>;
  return {name, isa, All::refuse, All::run, All::scratch_floats};
}

}  // namespace
}  // namespace hearth::kernels
