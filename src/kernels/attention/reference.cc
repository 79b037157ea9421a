// The meaning of attention over the paged cache: plain loops, sums in double, one thread.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/attention/cell.h"
#include "kernels/attention/driver.h"

namespace hearth::kernels {
namespace {

void store_token(const AttentionArgs& args, const AttentionSequence& sequence, int64_t token) {
  const KvLayout& layout = args.layout;
  const int64_t position = sequence.past + token, cell = position % kBlockTokens;
  std::byte* block = sequence.blocks[position / kBlockTokens];
  const float* k = args.k + (sequence.row + token) * args.k_stride;
  const float* v = args.v + (sequence.row + token) * args.v_stride;
  for (int64_t head = 0; head < layout.kv_heads; ++head) {
    write_key(layout, block + layout.key_offset(head), cell, k + head * layout.key_dim);
    write_value(layout, block + layout.value_offset(head), cell, v + head * layout.value_dim);
  }
}

// Scores of one query, then weights, with their sum; cells that are not seen have weight 0.
double weigh(const AttentionArgs& args, const AttentionSequence& sequence, int64_t token,
             int64_t head, double* weights, float* key) {
  const int64_t kv_head = head / (args.heads / args.layout.kv_heads), dim = args.layout.key_dim;
  const float* q = args.q + (sequence.row + token) * args.q_stride + head * dim;
  const CellRange seen = visible_cells(args, sequence, token);
  const double sink = args.sinks == nullptr ? -std::numeric_limits<double>::infinity()
                                            : static_cast<double>(args.sinks[head]);
  double maximum = sink;
  for (int64_t c = seen.begin; c < seen.end; ++c) {
    const std::byte* block = sequence.blocks[c / kBlockTokens];
    read_key(args.layout, block + args.layout.key_offset(kv_head), c % kBlockTokens, key);
    double dot = 0;
    for (int64_t d = 0; d < dim; ++d) dot += static_cast<double>(q[d]) * key[d];
    const bool hidden = sequence.cell_mask != nullptr && sequence.cell_mask[c] == 0;
    double score = dot * args.scale;
    if (args.softcap != 0) score = args.softcap * std::tanh(score / args.softcap);
    if (args.alibi_slopes != nullptr)
      score += args.alibi_slopes[head] * static_cast<double>(c - sequence.past - token);
    weights[c] = hidden ? -std::numeric_limits<double>::infinity() : score;
    maximum = std::max(maximum, weights[c]);
  }
  double sum = std::isinf(sink) ? 0 : std::exp(sink - maximum);
  for (int64_t c = seen.begin; c < seen.end; ++c) {
    weights[c] = std::isinf(weights[c]) && weights[c] < 0 ? 0 : std::exp(weights[c] - maximum);
    sum += weights[c];
  }
  return sum;
}

// Scratch: weights [cells], totals [Dv], one cell [the larger of D and Dv].
struct Room {
  double* weights;
  double* totals;
  float* cell;
};

void attend(const AttentionArgs& args, const AttentionSequence& sequence, int64_t token,
            int64_t head, const Room& room) {
  const double sum = weigh(args, sequence, token, head, room.weights, room.cell);
  const int64_t kv_head = head / (args.heads / args.layout.kv_heads);
  const int64_t dim = args.layout.value_dim;
  const CellRange seen = visible_cells(args, sequence, token);
  std::fill(room.totals, room.totals + dim, 0.0);
  for (int64_t c = seen.begin; c < seen.end; ++c) {
    if (room.weights[c] == 0) continue;
    const std::byte* block = sequence.blocks[c / kBlockTokens];
    read_value(args.layout, block + args.layout.value_offset(kv_head), c % kBlockTokens, room.cell);
    for (int64_t d = 0; d < dim; ++d) room.totals[d] += room.weights[c] * room.cell[d];
  }
  float* out = args.out + (sequence.row + token) * args.out_stride + head * dim;
  for (int64_t d = 0; d < dim; ++d)
    out[d] = sum == 0 ? 0.0f : static_cast<float>(room.totals[d] / sum);
}

int64_t most_cells(const AttentionArgs& args) {
  int64_t cells = 0;
  for (int64_t s = 0; s < args.sequence_count; ++s)
    cells = std::max(cells, args.sequences[s].past + args.sequences[s].tokens);
  return cells;
}

void run(const AttentionArgs& args, ThreadPool&, int, float* scratch) {
  Room room;
  room.weights = reinterpret_cast<double*>(scratch);
  room.totals = room.weights + most_cells(args);
  room.cell = reinterpret_cast<float*>(room.totals + args.layout.value_dim);
  for (int64_t s = 0; s < args.sequence_count; ++s) {
    const AttentionSequence& sequence = args.sequences[s];
    for (int64_t t = 0; t < sequence.tokens; ++t) store_token(args, sequence, t);
    for (int64_t t = 0; t < sequence.tokens; ++t)
      for (int64_t head = 0; head < args.heads; ++head) attend(args, sequence, t, head, room);
  }
}

int64_t scratch_floats(const AttentionArgs& args, int) {
  const KvLayout& layout = args.layout;
  return padded(2 * (most_cells(args) + layout.value_dim) +
                std::max(layout.key_dim, layout.value_dim));
}

}  // namespace

const AttentionKernel& attention_reference() {
  static constexpr AttentionKernel kernel = {"reference", Isa::scalar, refuse_attention, run,
                                             scratch_floats};
  return kernel;
}

}  // namespace hearth::kernels
