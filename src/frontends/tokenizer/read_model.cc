// The operation that makes ids, as the section `model` of a tokenizer.json.
#include <algorithm>

#include "base/utf8.h"
#include "frontends/tokenizer/graph_reader.h"
#include "frontends/tokenizer/vocabulary.h"

namespace hearth::frontends {
namespace {

// Ids are places in a list, so this bounds memory; real vocabularies have up to 300,000 tokens.
constexpr int32_t kMaxId = (1 << 24) - 1;

void read_bpe(const GraphReader& reader, const ir::Node& node, ReadModel& out) {
  out.tokens = reader.list(node, 5);
  const size_t inputs = node.inputs.size();
  const bool pairs = inputs == 14 || inputs == 18;
  const std::vector<std::string> left = reader.list(node, 8);
  const std::vector<std::string> right = pairs ? reader.list(node, 11) : left;
  if (left.size() != right.size())
    reader.fail(node, "has {} left and {} right halves of merges", left.size(), right.size());
  for (size_t i = 0; i < left.size(); ++i) {
    if (pairs) {
      out.merges.emplace_back(left[i], right[i]);
      continue;
    }
    const size_t space = left[i].find(' ');
    if (space == std::string::npos) reader.fail(node, "merge {} is not two tokens", i);
    out.merges.emplace_back(left[i].substr(0, space), left[i].substr(space + 1));
  }
  if (inputs == 15 || inputs == 18) {
    const std::vector<std::string> added = reader.list(node, inputs - 4);
    const std::vector<int32_t> ids = reader.i32s(node, inputs - 1);
    if (added.size() != ids.size())
      reader.fail(node, "has {} added tokens and {} ids for them", added.size(), ids.size());
    for (size_t i = 0; i < added.size(); ++i) out.added.emplace_back(added[i], ids[i]);
  }
  if (!node.attrs.text("suffix_indicator").empty())
    reader.fail(node, "suffix_indicator is not supported");
  const std::string& unknown = node.attrs.text("unk_token");
  out.model["type"] = "BPE";
  if (!unknown.empty()) out.model["unk_token"] = unknown;
  out.model["fuse_unk"] = node.attrs.flag("fuse_unk");
  out.model["byte_fallback"] = node.attrs.flag("byte_fallback");
  out.model["end_of_word_suffix"] = node.attrs.text("end_suffix");
  // ByteLevel's vocabularies have a token for every byte, most of which are no text.
  out.byte_level = std::any_of(out.tokens.begin(), out.tokens.end(),
                               [](const std::string& token) { return !is_utf8(token); });
}

void read_unigram(const GraphReader& reader, const ir::Node& node, ReadModel& out) {
  out.tokens = reader.list(node, 5);
  out.scores = reader.floats(node, 8);
  if (out.scores.size() != out.tokens.size())
    reader.fail(node, "has {} tokens and {} scores", out.tokens.size(), out.scores.size());
  const int64_t unknown = node.attrs.integer("unk_token_id");
  out.model["type"] = "Unigram";
  out.model["unk_id"] = unknown < 0 ? Json() : Json(unknown);
  out.model["byte_fallback"] = node.attrs.flag("byte_fallback");
}

void read_wordpiece(const GraphReader& reader, const ir::Node& node, ReadModel& out) {
  out.tokens = reader.list(node, 5);
  const int64_t unknown = reader.integer(node, 8);
  if (unknown < 0 || static_cast<size_t>(unknown) >= out.tokens.size())
    reader.fail(node, "its unknown token is {} of {} tokens", unknown, out.tokens.size());
  out.model["type"] = "WordPiece";
  out.model["unk_token"] = out.tokens[static_cast<size_t>(unknown)];
  out.model["continuing_subword_prefix"] = node.attrs.text("suffix_indicator");
  out.model["max_input_chars_per_word"] = node.attrs.integer("max_bytes_per_word");
}

void read_word_level(const GraphReader& reader, const ir::Node& node, ReadModel& out) {
  const std::vector<std::string> tokens = reader.list(node, 3);
  const std::vector<int32_t> ids = reader.i32s(node, 6);
  if (tokens.size() != ids.size())
    reader.fail(node, "has {} tokens and {} ids for them", tokens.size(), ids.size());
  const int64_t unknown = reader.integer(node, 7);
  out.model["type"] = "WordLevel";
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] > kMaxId)
      reader.fail(node, "token {} has the id {}, outside of 0 to {}", i, ids[i], kMaxId);
    const auto id = static_cast<size_t>(ids[i]);
    if (id >= out.tokens.size()) out.tokens.resize(id + 1);
    out.tokens[id] = tokens[i];
    if (ids[i] == unknown) out.model["unk_token"] = tokens[i];
  }
}

}  // namespace

ReadModel read_model(const GraphReader& reader, const ir::Node& node) {
  struct Model {
    ir::Op op;
    void (*read)(const GraphReader&, const ir::Node&, ReadModel&);
    size_t chars;  // the input; four come before it where the strings are a ragged batch
  };
  constexpr Model kModels[] = {{ir::Op::BPETokenizer, read_bpe, 4},
                               {ir::Op::UnigramTokenizer, read_unigram, 4},
                               {ir::Op::VocabEncoder, read_word_level, 2},
                               {ir::Op::WordpieceTokenizer, read_wordpiece, 4}};
  ReadModel out;
  for (const Model& model : kModels) {
    if (node.op != model.op) continue;
    out.chars = node.inputs[model.chars];
    model.read(reader, node, out);
    return out;
  }
  reader.unexpected(node);
}

}  // namespace hearth::frontends
