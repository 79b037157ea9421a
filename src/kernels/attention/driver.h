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

struct QueryTile {
  const AttentionArgs* args = nullptr;
  const AttentionSequence* sequence = nullptr;
  int64_t kv_head = 0;
  int64_t first_token = 0;  // within the sequence's new tokens
  int64_t tokens = 0;
  int64_t heads = 0;  // query heads of a kv head, H / K
  int64_t rows = 0;   // tokens * heads
};

/// A tile and one of the spans that hold its cells.
struct SpanItem {
  QueryTile tile;
  int64_t span = 0;
  bool fetched = false;    // it was `next` of the item before: its first cells have been asked for
  bool same_tile = false;  // as the item before: its queries are in the scratch already
  bool adds = false;       // to the partial results of the tile's spans before it
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
  /// Rows that a tile aims at.
  int64_t tile_rows;
  /// Scratch of `span` for a tile of `rows` rows.
  int64_t (*scratch_floats)(const AttentionArgs& args, int64_t rows);
  /// Writes k and v of new tokens [begin, end) of one kv head into their blocks.
  void (*store)(const AttentionArgs& args, const AttentionSequence& sequence, int64_t kv_head,
                int64_t begin, int64_t end);
  /// The partial result of every row of the tile over one span, alone or, where the item adds,
  /// taken together with what is there; partial rows are partial_floats() apart. `next` is what
  /// this thread will be asked for next, to be fetched ahead; null: nothing.
  void (*span)(const SpanItem& item, const SpanItem* next, float* partial, float* scratch);
  /// into = into and next taken together, for `rows` partial results.
  void (*merge)(float* into, const float* next, int64_t rows, int64_t value_dim);
  /// Writes rows [begin, end) of a tile to args.out; `partial` is row begin.
  void (*finish)(const QueryTile& tile, int64_t begin, int64_t end, const float* partial);
};

/// Next multiple of the widest vector's lanes. Not inline, like all that the per-ISA files share.
int64_t padded(int64_t count);

/// Floats of one row's partial result.
int64_t partial_floats(int64_t value_dim);
/// The cells that query token `token` of a sequence may see (cell_mask aside).
CellRange visible_cells(const AttentionArgs& args, const AttentionSequence& sequence,
                        int64_t token);
/// The blocks of an item's span that hold cells which its tile may see.
CellRange visible_blocks(const SpanItem& item);

/// Null when the arguments make sense, else why not.
const char* refuse_attention(const AttentionArgs& args);

void run_attention(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch,
                   const AttentionSteps& steps);
int64_t attention_scratch_floats(const AttentionArgs& args, int threads,
                                 const AttentionSteps& steps);

}  // namespace hearth::kernels
