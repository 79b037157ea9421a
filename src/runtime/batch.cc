#include "runtime/batch.h"

namespace hearth::runtime {

void Batch::add(KvSequence& cache, int64_t row, int64_t tokens) {
  cache.reserve(tokens);
  if (spare_.empty()) spare_.emplace_back();
  SequenceRows rows = std::move(spare_.back());
  spare_.pop_back();
  rows.row = row;
  rows.tokens = tokens;
  rows.past = cache.tokens();
  rows.blocks.assign(cache.data().begin(), cache.data().end());
  rows.cell_mask.clear();
  sequences.push_back(std::move(rows));
}

void Batch::clear() {
  logit_rows.clear();
  for (SequenceRows& rows : sequences) spare_.push_back(std::move(rows));
  sequences.clear();
}

}  // namespace hearth::runtime
