#include "runtime/batch.h"

namespace hearth::runtime {

void Batch::add(KvSequence& cache, int64_t row, int64_t tokens) {
  cache.reserve(tokens);
  SequenceRows rows;
  rows.row = row;
  rows.tokens = tokens;
  rows.past = cache.tokens();
  rows.blocks.reserve(cache.table().size());
  for (int32_t block : cache.table()) rows.blocks.push_back(cache.blocks()->data(block));
  sequences.push_back(std::move(rows));
}

}  // namespace hearth::runtime
