#include "frontends/tokenizer/sentencepiece_writer.h"

#include <algorithm>

namespace hearth::frontends {
namespace {

// Of a sparse batch: how many ids a text has.
ir::Value lengths_of(StringGraph& g, ir::Value sparse) {
  const auto filled = [&](int32_t value, ir::Value shape) {
    return g.graph.add(ir::Op::Broadcast, {g.build.scalar_i32(value), shape});
  };
  const ir::Value ones = filled(1, g.build.shape_of(output(sparse, 1)));
  const ir::Value mask =
      g.graph.add(ir::Op::ScatterNDUpdate, {filled(0, output(sparse, 2)), sparse, ones});
  return g.graph.add(ir::Op::ReduceSum, {mask, g.build.scalar_i32(1)}, {{"keep_dims", false}});
}

}  // namespace

Ids write_sentencepiece_model(StringGraph& g, ir::Value texts, std::string_view proto,
                              const std::vector<AddedTokenEntry>& added) {
  std::vector<ir::Value> inputs = {g.text(proto), texts};
  if (!added.empty()) {
    // They become alternatives of a regular expression; of two that begin alike the longer is
    // first.
    std::vector<AddedTokenEntry> sorted = added;
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.content > b.content; });
    std::vector<std::string> contents;
    std::vector<int32_t> ids;
    for (const AddedTokenEntry& token : sorted) {
      contents.push_back(token.content);
      ids.push_back(token.id);
    }
    for (const ir::Value value : g.list(contents)) inputs.push_back(value);
    inputs.push_back(g.i32s(ids));
  }
  const ir::Value sparse = g.graph.add(ir::Op::SentencepieceTokenizer, std::move(inputs),
                                       {{"nbest_size", int64_t{1}},
                                        {"alpha", 1.0},
                                        {"add_bos", false},
                                        {"add_eos", false},
                                        {"reverse", false}});
  const ir::Value lengths = lengths_of(g, sparse);
  const ir::Value ends = g.graph.add(ir::Op::CumSum, {lengths, g.build.scalar_i32(0)});
  return {g.build.binary(ir::Op::Subtract, ends, lengths), ends, output(sparse, 1)};
}

}  // namespace hearth::frontends
