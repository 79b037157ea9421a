// Attention over a u8 cache in 8-bit integers, for AVX-512 VNNI.
#include "kernels/attention/byte_cells_avx512.h"
#include "kernels/attention/byte_products_avx512.h"
#include "kernels/attention/byte_softmax_avx512.h"
#include "kernels/attention/partials.h"

namespace hearth::kernels {
namespace {

void read_all_steps(ByteSpan& s) {
  const KvLayout& layout = s.tile.args->layout;
  const size_t keys = key_piece(layout).scales, values = value_piece(layout).scales;
  std::memset(s.value_steps, 0, kSpanTokens * sizeof(float));  // of blocks beside the tile's
  for (int64_t i = s.first_block(); i < s.last_block(); ++i) {
    for (int64_t g = 0; g < s.groups; ++g)
      read_steps(s.pieces.keys(i) + keys + g * kBlockTokens * 2,
                 s.key_steps + g * kSpanTokens + i * kBlockTokens);
    read_steps(s.pieces.values(i) + values, s.value_steps + i * kBlockTokens);
  }
}

void byte_attention_span(const SpanItem& item, const SpanItem* next, float* partial,
                         float* scratch) {
  Carver room(scratch);
  ByteSpan s = byte_span(item, item.tile.rows, room);
  const BandPartial<Avx512> results(item, partial, s.partial);
  s.pieces = SpanPieces(item);
  if (item.tile.rows <= kByteBandRows) s.queue = PieceQueue(item, next);
  if (!item.same_tile) convert_queries(s);
  read_all_steps(s);
  for (int64_t first = 0; first < s.tile.rows; first += kByteBandRows) {
    const Band band = band_of(s.tile, s.span_begin, first, kByteBandRows);
    for (int64_t c = band.begin; c < band.end; c += kBlockTokens) {
      const int64_t block = c / kBlockTokens;
      band_scores(s, band, c, s.queue.with_keys(s.pieces.keys(block), block));
    }
    s.partial = results.begin(first, band.rows);
    band_softmax(s, band);
    weigh_band(s, band);
    results.end(first, band.rows);
  }
}

const char* refuse(const AttentionArgs& args) {
  if (args.precision == ElementType::f32) return "products of f32 were asked for";
  if (const char* reason = refuse_attention(args)) return reason;
  return args.layout.type == ElementType::u8 ? nullptr : "products are of u8 cells";
}

constexpr AttentionSteps kSteps = {256,
                                   byte_scratch_floats,
                                   store_byte_cells,
                                   byte_attention_span,
                                   merge_partials<Avx512>,
                                   finish_rows<Avx512>};

void run(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch) {
  run_attention(args, pool, threads, scratch, kSteps);
}

int64_t scratch_floats(const AttentionArgs& args, int threads) {
  return attention_scratch_floats(args, threads, kSteps);
}

}  // namespace

const AttentionKernel& attention_avx512_vnni_bytes() {
  static constexpr AttentionKernel kernel = {"avx512_vnni_bytes", Isa::avx512_vnni, refuse, run,
                                             scratch_floats};
  return kernel;
}

}  // namespace hearth::kernels
