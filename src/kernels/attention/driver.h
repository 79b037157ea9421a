// What attention does around its vector code: writing new keys and values, cutting the work into
// parts for threads, and merging partial results. Compiled once, for no particular instruction set;
// the steps come from span.h, compiled for each.
//
// The unit of work is a tile: consecutive query tokens of one sequence with all query heads of one
// kv head, so that a block of keys is read once for all of them. A tile's rows are its queries,
// row = token * (H / K) + head. It meets its cells span by span.
#pragma once

#include "kernels/attention/attention.h"

namespace hearth::kernels {

/// Rows that a tile aims at: converting a block of the cache costs about 5 % of its products then,
/// and the scores (96 KB) stay in a second-level cache.
inline constexpr int64_t kTileRows = 48;

struct QueryTile {
  const AttentionArgs* args = nullptr;
  const AttentionSequence* sequence = nullptr;
  int64_t kv_head = 0;
  int64_t first_token = 0;  // within the sequence's new tokens
  int64_t tokens = 0;
  int64_t heads = 0;  // query heads of a kv head, H / K
  int64_t rows = 0;   // tokens * heads
};

/// Cells [begin, end) at absolute positions.
struct CellRange {
  int64_t begin;
  int64_t end;
};

// A partial result of a row, kPartialHead + padded Dv floats: the maximum score, the sum of
// exp(score - maximum), then from kPartialHead on the sum of the values so weighted. With no
// visible cell the maximum is -infinity and the sums are 0.
inline constexpr int64_t kPartialHead = 16;
inline constexpr float kMinusInfinity = -__builtin_inff();

struct AttentionSteps {
  /// Writes k and v of new tokens [begin, end) of one kv head into their blocks.
  void (*store)(const AttentionArgs& args, const AttentionSequence& sequence, int64_t kv_head,
                int64_t begin, int64_t end);
  /// The partial result of every row of the tile over one span; partial rows are partial_floats()
  /// apart. scratch has span_scratch_floats().
  void (*span)(const QueryTile& tile, int64_t span, float* partial, float* scratch);
  /// into = into and next taken together, for `rows` partial results.
  void (*merge)(float* into, const float* next, int64_t rows, int64_t value_dim);
  /// Writes rows [begin, end) of a tile to args.out; `partial` is row begin.
  void (*finish)(const QueryTile& tile, int64_t begin, int64_t end, const float* partial);
};

/// Next multiple of the widest vector's lanes. Not inline, like all that the per-ISA files share.
int64_t padded(int64_t count);

/// Floats of one row's partial result.
int64_t partial_floats(int64_t value_dim);
/// Scratch of AttentionSteps::span for a tile of `rows` rows.
int64_t span_scratch_floats(const AttentionArgs& args, int64_t rows);
/// The cells that query token `token` of a sequence may see (cell_mask aside).
CellRange visible_cells(const AttentionArgs& args, const AttentionSequence& sequence,
                        int64_t token);

/// Null when the arguments make sense and the cache type is f32, f16 or bf16, else why not.
const char* refuse_attention(const AttentionArgs& args);

void run_attention(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch,
                   const AttentionSteps& steps);
int64_t attention_scratch_floats(const AttentionArgs& args, int threads);

}  // namespace hearth::kernels
