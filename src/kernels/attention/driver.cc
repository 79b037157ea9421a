#include "kernels/attention/driver.h"

#include <algorithm>
#include <cstring>

#include "kernels/attention/fetch_ahead.h"

namespace hearth::kernels {
namespace {

// Fewer elements than this are written by the caller alone: waking threads would take longer.
constexpr int64_t kSerialStore = 32 * 1024;
// Fewer floats of partial results than this are merged by the caller alone.
constexpr int64_t kSerialMerge = 32 * 1024;
// Tiles are shared out whole when there are this many for each thread (at most an eighth of the
// time is lost to uneven shares then); with fewer, the spans of a tile are shared out too.
constexpr int64_t kTilesPerThread = 8;
// Below this, converting the cache for a tile takes longer than the tile.
constexpr int64_t kLeastTileRows = 64;

// Visits the tiles of all kv heads that have the same queries, as visit(tile of head 0).
template <typename Visit>
void for_each_group(const AttentionArgs& args, int64_t tile_rows, Visit visit) {
  const int64_t heads = args.heads / args.layout.kv_heads;
  const int64_t step = std::max<int64_t>(1, tile_rows / heads);
  for (int64_t s = 0; s < args.sequence_count; ++s) {
    const AttentionSequence& sequence = args.sequences[s];
    for (int64_t first = 0; first < sequence.tokens; first += step) {
      const int64_t tokens = std::min(step, sequence.tokens - first);
      visit(QueryTile{&args, &sequence, 0, first, tokens, heads, tokens * heads});
    }
  }
}

template <typename Visit>
void for_each_tile(const AttentionArgs& args, int64_t tile_rows, Visit visit) {
  for_each_group(args, tile_rows, [&](QueryTile tile) {
    for (; tile.kv_head < args.layout.kv_heads; ++tile.kv_head) visit(tile);
  });
}

// Spans [begin, end) that hold the cells visible to a tile.
struct SpanRange {
  int64_t begin;
  int64_t end;
  int64_t count() const { return end - begin; }
};

CellRange tile_cells(const QueryTile& tile) {
  return {visible_cells(*tile.args, *tile.sequence, tile.first_token).begin,
          visible_cells(*tile.args, *tile.sequence, tile.first_token + tile.tokens - 1).end};
}

SpanRange tile_spans(const QueryTile& tile) {
  const CellRange cells = tile_cells(tile);
  return {cells.begin / kSpanTokens, (cells.end + kSpanTokens - 1) / kSpanTokens};
}

bool one_item_reads_new_cells(const QueryTile& tile) {
  const int64_t past = tile.sequence->past, tokens = tile.sequence->tokens;
  return tile.tokens == tokens && past / kSpanTokens == (past + tokens - 1) / kSpanTokens;
}

// Work in units of one row and one cell, with something for what a tile costs besides.
int64_t cost(const QueryTile& tile, int64_t span) {
  const CellRange cells = tile_cells(tile);
  const int64_t begin = std::max(cells.begin, span * kSpanTokens);
  const int64_t end = std::min(cells.end, (span + 1) * kSpanTokens);
  return (tile.rows + 2) * (end - begin + kBlockTokens);
}

int64_t cost(const QueryTile& tile) {
  const CellRange cells = tile_cells(tile);
  return (tile.rows + 2) * (cells.end - cells.begin + kBlockTokens);
}

struct Plan {
  int64_t tile_rows = 0;
  bool split = false;  // spans are shared out, not tiles
  // Each new cell is written by who reads it: only one item does, and the lines are in its caches.
  bool items_store = true;
  int64_t total_cost = 0;
  int64_t row_floats = 0;   // of one partial result
  int64_t tile_floats = 0;  // of the partial results of the largest tile
  int64_t all_floats = 0;   // of the partial results of all spans of all tiles
  int64_t part_floats = 0;  // scratch of one thread: partial results of a tile, and the span's
};

// Smaller tiles where there are not enough of the size that the kernel aims at: sharing out spans
// instead would keep a partial result of every row for every span.
int64_t choose_tile_rows(const AttentionArgs& args, int threads, const AttentionSteps& steps) {
  int64_t rows = steps.tile_rows;
  const auto tiles = [&] {
    int64_t count = 0;
    for_each_group(args, rows, [&](const QueryTile&) { count += args.layout.kv_heads; });
    return count;
  };
  while (threads > 1 && rows > kLeastTileRows && tiles() < kTilesPerThread * threads) rows /= 2;
  return rows;
}

Plan make_plan(const AttentionArgs& args, int threads, const AttentionSteps& steps) {
  Plan plan;
  plan.tile_rows = choose_tile_rows(args, threads, steps);
  plan.row_floats = partial_floats(args.layout.value_dim);
  const int64_t heads = args.layout.kv_heads;
  int64_t tiles = 0, spans_of_all = 0, span_cost = 0, tile_cost = 0, most_rows = 0;
  for_each_group(args, plan.tile_rows, [&](const QueryTile& tile) {
    const SpanRange spans = tile_spans(tile);
    tiles += heads;
    spans_of_all += heads * spans.count();
    most_rows = std::max(most_rows, tile.rows);
    plan.all_floats += heads * spans.count() * tile.rows * plan.row_floats;
    plan.items_store = plan.items_store && one_item_reads_new_cells(tile);
    tile_cost += heads * cost(tile);
    for (int64_t span = spans.begin; span < spans.end; ++span)
      span_cost += heads * cost(tile, span);
  });
  // Of tiles of few rows the spans are shared out too: kv heads lie beside each other in a block,
  // and one span of all heads after another is read a quarter faster than one head after another,
  // of which every piece is on a page of its own.
  plan.split = spans_of_all > tiles &&
               (most_rows <= kFewRows || (threads > 1 && tiles < kTilesPerThread * threads));
  plan.total_cost = plan.split ? span_cost : tile_cost;
  plan.tile_floats = plan.row_floats * most_rows;
  plan.part_floats = plan.tile_floats + padded(steps.scratch_floats(args, most_rows));
  return plan;
}

// Gives an item to the part in whose share of the total cost its middle falls.
class Sharing {
 public:
  Sharing(int64_t total, int part, int parts)
      : begin_(total * part / parts), end_(total * (part + 1) / parts) {}
  bool mine(int64_t item_cost) {
    const int64_t middle = passed_ + item_cost / 2;
    passed_ += item_cost;
    return middle >= begin_ && middle < end_;
  }

 private:
  int64_t begin_, end_, passed_ = 0;
};

void store_new_cells(const AttentionArgs& args, ThreadPool& pool, int threads,
                     const AttentionSteps& steps) {
  const int64_t heads = args.layout.kv_heads;
  int64_t items = 0, tokens = 0;
  for (int64_t s = 0; s < args.sequence_count; ++s) {
    items += (args.sequences[s].tokens + kBlockTokens - 1) / kBlockTokens * heads;
    tokens += args.sequences[s].tokens;
  }
  const int64_t elements = tokens * heads * (args.layout.key_dim + args.layout.value_dim);
  const int parts = elements < kSerialStore ? 1 : threads;
  pool.run(parts, [&](int part) {
    const Range mine = share(items, part, parts);
    int64_t item = 0;
    for (int64_t s = 0; s < args.sequence_count; ++s) {
      const AttentionSequence& sequence = args.sequences[s];
      for (int64_t head = 0; head < heads; ++head)
        for (int64_t t = 0; t < sequence.tokens; t += kBlockTokens, ++item)
          if (item >= mine.begin && item < mine.end)
            steps.store(args, sequence, head, t, std::min(t + kBlockTokens, sequence.tokens));
    }
  });
}

// Holds an item back until the one after it is known: visit(item, the next or null, its row).
template <typename Visit>
class ItemWalk {
 public:
  explicit ItemWalk(Visit visit) : visit_(visit) {}
  void item(const QueryTile& tile, int64_t span, int64_t row, bool adds) {
    const QueryTile& held = held_.tile;
    const bool same = held.sequence == tile.sequence && held.kv_head == tile.kv_head &&
                      held.first_token == tile.first_token;
    const SpanItem next = {tile, span, held_row_ >= 0, held_row_ >= 0 && same, adds};
    if (held_row_ >= 0) visit_(held_, &next, held_row_);
    held_ = next;
    held_row_ = row;
  }
  void end() {
    if (held_row_ >= 0) visit_(held_, nullptr, held_row_);
  }

 private:
  Visit visit_;
  SpanItem held_;
  int64_t held_row_ = -1;
};

// Visits the items of one part in order: visit(item, the item after it or null, index of the item's
// first row among the rows of all spans of all tiles).
template <typename Visit>
void for_each_item(const AttentionArgs& args, const Plan& plan, int part, int parts, Visit visit) {
  Sharing sharing(plan.total_cost, part, parts);
  ItemWalk walk(visit);
  int64_t row = 0;
  for_each_group(args, plan.tile_rows, [&](QueryTile tile) {
    const SpanRange spans = tile_spans(tile);
    const int64_t heads = args.layout.kv_heads, first_row = row;
    row += heads * spans.count() * tile.rows;
    const auto visit_item = [&](int64_t head, int64_t span) {
      tile.kv_head = head;
      walk.item(tile, span, first_row + (head * spans.count() + span - spans.begin) * tile.rows,
                !plan.split && span > spans.begin);
    };
    if (plan.split) {
      for (int64_t span = spans.begin; span < spans.end; ++span)
        for (int64_t head = 0; head < heads; ++head)
          if (sharing.mine(cost(tile, span))) visit_item(head, span);
    } else {
      for (int64_t head = 0; head < heads; ++head)
        if (sharing.mine(cost(tile)))
          for (int64_t span = spans.begin; span < spans.end; ++span) visit_item(head, span);
    }
  });
  walk.end();
}

void run_item(const SpanItem& item, const SpanItem* next, float* partial, float* scratch,
              const AttentionSteps& steps, const Plan& plan) {
  const QueryTile& tile = item.tile;
  if (plan.items_store && item.span == tile_spans(tile).end - 1)
    steps.store(*tile.args, *tile.sequence, tile.kv_head, 0, tile.tokens);
  steps.span(item, next, partial, scratch);
}

void run_tiles(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch,
               const AttentionSteps& steps, const Plan& plan) {
  pool.run(threads, [&](int part) {
    float* total = scratch + part * plan.part_floats;  // partial results of the spans so far
    float* span_scratch = total + plan.tile_floats;
    const auto visit = [&](const SpanItem& item, const SpanItem* next, int64_t) {
      run_item(item, next, total, span_scratch, steps, plan);
      if (item.span == tile_spans(item.tile).end - 1)
        steps.finish(item.tile, 0, item.tile.rows, total);
    };
    for_each_item(args, plan, part, threads, visit);
  });
}

// Adds up the spans of every row; the rows of all tiles are shared out evenly.
void merge_spans(const AttentionArgs& args, ThreadPool& pool, int threads, float* partials,
                 const AttentionSteps& steps, const Plan& plan) {
  int64_t rows = 0;
  for_each_tile(args, plan.tile_rows, [&](const QueryTile& tile) { rows += tile.rows; });
  const int parts = plan.all_floats < kSerialMerge ? 1 : threads;
  pool.run(parts, [&](int part) {
    const Range mine = share(rows, part, parts);
    int64_t first_row = 0;
    float* tile_partials = partials;
    for_each_tile(args, plan.tile_rows, [&](const QueryTile& tile) {
      const int64_t begin = std::clamp<int64_t>(mine.begin - first_row, 0, tile.rows);
      const int64_t end = std::clamp<int64_t>(mine.end - first_row, 0, tile.rows);
      const int64_t spans = tile_spans(tile).count();
      const int64_t span_floats = tile.rows * plan.row_floats;
      if (begin < end) {
        float* total = tile_partials + begin * plan.row_floats;
        for (int64_t span = 1; span < spans; ++span)
          steps.merge(total, total + span * span_floats, end - begin, args.layout.value_dim);
        steps.finish(tile, begin, end, total);
      }
      first_row += tile.rows;
      tile_partials += spans * span_floats;
    });
  });
}

void run_spans(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch,
               const AttentionSteps& steps, const Plan& plan) {
  float* partials = scratch + threads * plan.part_floats;  // one set for each span of each tile
  pool.run(threads, [&](int part) {
    float* span_scratch = scratch + part * plan.part_floats;
    const auto visit = [&](const SpanItem& item, const SpanItem* next, int64_t row) {
      run_item(item, next, partials + row * plan.row_floats, span_scratch, steps, plan);
    };
    for_each_item(args, plan, part, threads, visit);
  });
  merge_spans(args, pool, threads, partials, steps, plan);
}

}  // namespace

int64_t padded(int64_t count) { return (count + 15) / 16 * 16; }

int64_t partial_floats(int64_t value_dim) { return kPartialHead + padded(value_dim); }

CellRange visible_cells(const AttentionArgs& args, const AttentionSequence& sequence,
                        int64_t token) {
  const int64_t position = sequence.past + token;
  const int64_t begin = args.window > 0 ? std::max<int64_t>(0, position - args.window + 1) : 0;
  return {begin, position + 1};
}

CellRange visible_blocks(const SpanItem& item) {
  const CellRange cells = tile_cells(item.tile);
  const int64_t begin = std::max(cells.begin, item.span * kSpanTokens);
  const int64_t end = std::min(cells.end, (item.span + 1) * kSpanTokens);
  return {begin / kBlockTokens, (end + kBlockTokens - 1) / kBlockTokens};
}

const char* refuse_attention(const AttentionArgs& args) {
  const KvLayout& layout = args.layout;
  const ElementType types[] = {ElementType::f32, ElementType::f16, ElementType::bf16,
                               ElementType::i16, ElementType::u8,  ElementType::u4};
  if (std::find(std::begin(types), std::end(types), layout.type) == std::end(types))
    return "the cache is not f32, f16, bf16, i16, u8 or u4";
  if (layout.kv_heads < 1 || layout.key_dim < 1 || layout.value_dim < 1)
    return "the cache has no heads or no elements";
  if (args.heads < 1 || args.heads % layout.kv_heads != 0)
    return "the query heads are not a multiple of the kv heads";
  return nullptr;
}

void run_attention(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch,
                   const AttentionSteps& steps) {
  const Plan plan = make_plan(args, threads, steps);
  if (!plan.items_store) store_new_cells(args, pool, threads, steps);
  if (plan.split) {
    run_spans(args, pool, threads, scratch, steps, plan);
  } else {
    run_tiles(args, pool, threads, scratch, steps, plan);
  }
}

int64_t attention_scratch_floats(const AttentionArgs& args, int threads,
                                 const AttentionSteps& steps) {
  const Plan plan = make_plan(args, threads, steps);
  return threads * plan.part_floats + (plan.split ? plan.all_floats : 0);
}

}  // namespace hearth::kernels
