// The meaning of attention over the paged cache: plain loops, sums in double, one thread.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/decode.h"
#include "kernels/attention/driver.h"

namespace hearth::kernels {
namespace {

float element(const AttentionArgs& args, const std::byte* data, int64_t index) {
  float value;
  decode_to_f32(args.layout.type, data, static_cast<size_t>(index), 1, &value);
  return value;
}

float key(const AttentionArgs& args, const AttentionSequence& sequence, int64_t cell, int64_t head,
          int64_t d) {
  const std::byte* block = sequence.blocks[cell / kBlockTokens];
  return element(args, block,
                 (head * args.layout.key_dim + d) * kBlockTokens + cell % kBlockTokens);
}

float value(const AttentionArgs& args, const AttentionSequence& sequence, int64_t cell,
            int64_t head, int64_t d) {
  const std::byte* block = sequence.blocks[cell / kBlockTokens] + args.layout.key_bytes();
  return element(args, block,
                 (head * kBlockTokens + cell % kBlockTokens) * args.layout.value_dim + d);
}

void store_token(const AttentionArgs& args, const AttentionSequence& sequence, int64_t token) {
  const KvLayout& layout = args.layout;
  const int64_t position = sequence.past + token, cell = position % kBlockTokens;
  std::byte* block = sequence.blocks[position / kBlockTokens];
  const float* k = args.k + (sequence.row + token) * args.k_stride;
  const float* v = args.v + (sequence.row + token) * args.v_stride;
  for (int64_t i = 0; i < layout.kv_heads * layout.key_dim; ++i)
    encode_from_f32(layout.type, k + i, static_cast<size_t>(i * kBlockTokens + cell), 1, block);
  for (int64_t head = 0; head < layout.kv_heads; ++head)
    encode_from_f32(layout.type, v + head * layout.value_dim,
                    static_cast<size_t>((head * kBlockTokens + cell) * layout.value_dim),
                    static_cast<size_t>(layout.value_dim), block + layout.key_bytes());
}

// Scores of one query, then weights, with their sum; cells that are not seen have weight 0.
double weigh(const AttentionArgs& args, const AttentionSequence& sequence, int64_t token,
             int64_t head, double* weights) {
  const int64_t kv_head = head / (args.heads / args.layout.kv_heads), dim = args.layout.key_dim;
  const float* q = args.q + (sequence.row + token) * args.q_stride + head * dim;
  const CellRange seen = visible_cells(args, sequence, token);
  double maximum = -std::numeric_limits<double>::infinity();
  for (int64_t c = seen.begin; c < seen.end; ++c) {
    double dot = 0;
    for (int64_t d = 0; d < dim; ++d)
      dot += static_cast<double>(q[d]) * key(args, sequence, c, kv_head, d);
    const bool hidden = sequence.cell_mask != nullptr && sequence.cell_mask[c] == 0;
    weights[c] = hidden ? -std::numeric_limits<double>::infinity() : dot * args.scale;
    maximum = std::max(maximum, weights[c]);
  }
  double sum = 0;
  for (int64_t c = seen.begin; c < seen.end; ++c) {
    weights[c] = std::isinf(weights[c]) && weights[c] < 0 ? 0 : std::exp(weights[c] - maximum);
    sum += weights[c];
  }
  return sum;
}

void attend(const AttentionArgs& args, const AttentionSequence& sequence, int64_t token,
            int64_t head, double* weights) {
  const double sum = weigh(args, sequence, token, head, weights);
  const int64_t kv_head = head / (args.heads / args.layout.kv_heads);
  const int64_t dim = args.layout.value_dim;
  const CellRange seen = visible_cells(args, sequence, token);
  float* out = args.out + (sequence.row + token) * args.out_stride + head * dim;
  for (int64_t d = 0; d < dim; ++d) {
    double total = 0;
    for (int64_t c = seen.begin; c < seen.end; ++c)
      if (weights[c] > 0) total += weights[c] * value(args, sequence, c, kv_head, d);
    out[d] = sum > 0 ? static_cast<float>(total / sum) : 0.0f;
  }
}

void run(const AttentionArgs& args, ThreadPool&, int, float* scratch) {
  auto* weights = reinterpret_cast<double*>(scratch);  // [cells]
  for (int64_t s = 0; s < args.sequence_count; ++s) {
    const AttentionSequence& sequence = args.sequences[s];
    for (int64_t t = 0; t < sequence.tokens; ++t) store_token(args, sequence, t);
    for (int64_t t = 0; t < sequence.tokens; ++t)
      for (int64_t head = 0; head < args.heads; ++head) attend(args, sequence, t, head, weights);
  }
}

int64_t scratch_floats(const AttentionArgs& args, int) {
  int64_t cells = 0;
  for (int64_t s = 0; s < args.sequence_count; ++s)
    cells = std::max(cells, args.sequences[s].past + args.sequences[s].tokens);
  return cells * 2;
}

}  // namespace

const AttentionKernel& attention_reference() {
  static constexpr AttentionKernel kernel = {"reference", Isa::scalar, refuse_attention, run,
                                             scratch_floats};
  return kernel;
}

}  // namespace hearth::kernels
