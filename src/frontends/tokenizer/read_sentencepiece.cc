#include "frontends/tokenizer/read_sentencepiece.h"

#include <algorithm>

#include "ir/rt_info.h"

namespace hearth::frontends {
namespace {

class SentencePieceReader {
 public:
  SentencePieceReader(const GraphReader& encoder, const GraphReader& decoder)
      : reader_(encoder), decoder_(decoder), graph_(encoder.graph()) {}

  std::optional<SentencePieceTexts> read() {
    const ir::Node* model = find(graph_, ir::Op::SentencepieceTokenizer);
    if (model == nullptr) return std::nullopt;
    SentencePieceTexts out;
    out.model = reader_.text(*model, 0);
    if (out.model.empty()) reader_.fail(*model, "has an empty model");
    read_cut(*model, out);
    read_way_back(out);
    out.add_bos = model->attrs.flag("add_bos");
    out.add_eos = model->attrs.flag("add_eos");
    read_segments(out);
    read_prefix(*model, out);
    out.bos = noted("bos_token_id");
    out.eos = noted("eos_token_id");
    out.pad = noted("pad_token_id");
    return out;
  }

 private:
  static const ir::Node* find(const ir::Graph& graph, ir::Op op) {
    for (ir::NodeId id = 0; id < graph.id_limit(); ++id)
      if (graph.node(id).op == op) return &graph.node(id);
    return nullptr;
  }

  void read_cut(const ir::Node& model, SentencePieceTexts& out) const {
    if (model.inputs.size() != 6) return;
    const std::vector<std::string> contents = reader_.list(model, 2);
    const std::vector<int32_t> ids = reader_.i32s(model, 5);
    if (contents.size() != ids.size())
      reader_.fail(model, "has {} special tokens and {} ids for them", contents.size(), ids.size());
    for (size_t i = 0; i < ids.size(); ++i) out.cut.push_back({contents[i], ids[i], false});
  }

  // Ours shows tokens by their vocabulary; theirs runs another model, where special tokens are
  // control pieces.
  void read_way_back(SentencePieceTexts& out) const {
    if (const ir::Node* model = find(decoder_.graph(), ir::Op::SentencepieceDetokenizer))
      out.decoder = decoder_.text(*model, 0);
    const ir::Node* shown = find(decoder_.graph(), ir::Op::VocabDecoder);
    if (shown == nullptr) return;
    const std::vector<int32_t> skipped = read_skipped(decoder_, *shown);
    for (auto& token : out.cut)
      token.special = std::find(skipped.begin(), skipped.end(), token.id) != skipped.end();
  }

  // Ours: special tokens are segments around the text.
  void read_segments(SentencePieceTexts& out) const {
    const ir::Node* segments = find(graph_, ir::Op::CombineSegments);
    if (segments == nullptr) return;
    bool is_behind = false;
    for (size_t i = 0; i + 3 < segments->inputs.size(); i += 3) {
      if (!reader_.is_constant(*segments, i)) {
        if (is_behind) reader_.fail(*segments, "joins two texts");
        is_behind = true;
      } else if (reader_.integer(*segments, i + 1) != 0) {
        for (const int32_t id : reader_.i32s(*segments, i + 2))
          (is_behind ? out.back : out.front).push_back(id);
      }
    }
  }

  // Theirs, where tokens are cut out: the values with constant ones put behind them, whose places
  // are in front; reversed where rows are.
  void read_prefix(const ir::Node& model, SentencePieceTexts& out) const {
    for (ir::NodeId id = 0; id < graph_.id_limit(); ++id) {
      if (graph_.node(id).op != ir::Op::Concat) continue;
      const ir::Node& join = graph_.node(id);
      if (&reader_.input(join, 0) != &model || join.inputs[0].port != 1) continue;
      const ir::Node* prefix = &reader_.input(join, 1);
      while (prefix->op == ir::Op::Reshape || prefix->op == ir::Op::Convert)
        prefix = &reader_.input(*prefix, 0);
      if (prefix->op != ir::Op::Broadcast) reader_.unexpected(*prefix);
      const std::vector<int32_t> ids = reader_.i32s(*prefix, 0);
      out.front.assign(ids.begin(), ids.end());
      if (model.attrs.flag("reverse")) std::reverse(out.front.begin(), out.front.end());
    }
  }

  std::optional<int64_t> noted(const char* name) const {
    const std::string* text = ir::rt_value(graph_.rt_info, {name});
    if (text == nullptr || text->empty() || text->size() > 9 ||
        text->find_first_not_of("0123456789") != std::string::npos)
      return std::nullopt;
    return std::stoll(*text);
  }

  const GraphReader& reader_;
  const GraphReader& decoder_;
  const ir::Graph& graph_;
};

}  // namespace

std::optional<SentencePieceTexts> read_sentencepiece_graph(const GraphReader& encoder,
                                                           const GraphReader& decoder) {
  return SentencePieceReader(encoder, decoder).read();
}

}  // namespace hearth::frontends
