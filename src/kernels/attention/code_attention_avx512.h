// The steps of attention (see driver.h) with both products in 16-bit codes, integers or bf16: the
// cells of a span and the queries of a tile become codes once, if they are not kept as such, then
// bands of rows take scores, softmax and weighted values. What multiplies is a template parameter:
// integer_products_avx512.h, tile_products.h.
#pragma once

#include <cstring>

#include "kernels/attention/byte_pairs_avx512.h"
#include "kernels/attention/cells.h"
#include "kernels/attention/code_cells_avx512.h"
#include "kernels/attention/code_softmax_avx512.h"
#include "kernels/attention/code_span_avx512.h"
#include "kernels/attention/integer_cells_avx512.h"
#include "kernels/attention/partials.h"
#include "kernels/simd_avx512.h"

namespace hearth::kernels {
namespace {

// The queries times scale * log2(e), as codes.
template <class Products>
inline void convert_queries(CodeSpan& s) {
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
    s.queue.lines(4);
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

template <class Products, class Cells>
void run_bands(CodeSpan& s, const BandPartial<Avx512>& results) {
  SpanCells<Products, Cells> cells(s);
  if (s.tile.rows > kBandRows) cells.make_all();
  Products::begin();
  for (int64_t first = 0; first < s.tile.rows; first += kBandRows) {
    const Band band = band_of(s.tile, s.span_begin, first, kBandRows);
    for (int64_t c = band.begin; c < band.end; c += kBlockTokens)
      Products::scores(s, band, c, cells.keys(c / kBlockTokens));
    cells.make_value_steps();
    s.partial = results.begin(first, band.rows);
    band_softmax<Products>(s, band);
    Products::values(s, band, cells);
    results.end(first, band.rows);
  }
  Products::end();
}

template <class Products>
void code_attention_span(const SpanItem& item, const SpanItem* next, float* partial,
                         float* scratch) {
  using Codes = typename Products::Codes;
  Carver room(scratch);
  CodeSpan s = code_span<Products>(item, item.tile.rows, room);
  const BandPartial<Avx512> results(item, partial, s.partial);
  s.pieces = SpanPieces(item);
  if (item.tile.rows <= kBandRows) s.queue = PieceQueue(item, next);
  if (!item.same_tile) convert_queries<Products>(s);
  if (s.key_pairs > (item.tile.args->layout.key_dim + 1) / 2)  // pairs of no key are zero
    std::memset(s.keys, 0, static_cast<size_t>(kSpanBlocks * s.key_block()) * sizeof(int16_t));
  switch (item.tile.args->layout.type) {
    case ElementType::f16:
      return run_bands<Products, FloatCells<Codes, CellsF16>>(s, results);
    case ElementType::bf16:
      return run_bands<Products, FloatCells<Codes, CellsBf16>>(s, results);
    case ElementType::i16:
      return run_bands<Products, KeptCells>(s, results);
    case ElementType::u8:
      if constexpr (Products::kTakesBytes) return run_bands<Products, BytePairs<Codes>>(s, results);
      break;
    case ElementType::u4:
      return run_bands<Products, NibblePairs<Codes>>(s, results);
    default:
      return run_bands<Products, FloatCells<Codes, CellsF32>>(s, results);
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
