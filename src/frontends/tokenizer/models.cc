// The models of a tokenizer.json as operations: strings become ids.
#include <algorithm>
#include <cmath>

#include "frontends/tokenizer/model_writer.h"
#include "frontends/tokenizer/unmerged_tokens.h"

namespace hearth::frontends {
namespace {

struct Merges {
  std::vector<std::string> left, right;
};

// ["a b", …] or [["a", "b"], …]
Merges read_merges(const JsonObject& model) {
  Merges out;
  const Json* list = model.find("merges");
  const std::string where = model.name_of("merges");
  if (list == nullptr || !list->is_array()) bad_input("{} should be a list", where);
  for (const Json& merge : *list) {
    std::string left, right;
    if (merge.is_string()) {
      const std::string& both = merge.get_ref<const std::string&>();
      const size_t space = both.find(' ');
      if (space == std::string::npos)
        bad_input("{}[{}] should be two tokens", where, out.left.size());
      left = both.substr(0, space);
      right = both.substr(space + 1);
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
               merge[1].is_string()) {
      left = merge[0].get<std::string>();
      right = merge[1].get<std::string>();
    } else {
      bad_input("{}[{}] should be two tokens", where, out.left.size());
    }
    out.left.push_back(std::move(left));
    out.right.push_back(std::move(right));
  }
  return out;
}

// Tokens that are no bytes cannot come out of merges; an empty one stands in their place.
void to_bytes(std::vector<std::string>& tokens) {
  for (std::string& token : tokens) token = bytes_of_alphabet(token).value_or("");
}

void append(std::vector<ir::Value>& inputs, const std::vector<ir::Value>& more) {
  inputs.insert(inputs.end(), more.begin(), more.end());
}

// The strings that a model reads, without the marks.
std::vector<ir::Value> model_inputs(const StageWriter& w) {
  std::vector<ir::Value> inputs = StringGraph::ragged(w.strings);
  inputs.resize(5);
  return inputs;
}

// Old files do not name the kind.
const char* unnamed_type(const JsonObject& model) {
  if (model.has("merges")) return "BPE";
  return model.has("vocab") && model.find("vocab")->is_array() ? "Unigram" : "WordPiece";
}

// BPETokenizer has no ignore_merges, which makes a word that is a token that token at once. It
// matters for tokens that the merges do not get to. Where one is what a merge makes, the operation
// merges as ever; one that no merge makes it takes wherever it stands in a word.
void note_unmerged(const ModelInput& in, const Merges& merges) {
  if (!in.model.boolean("ignore_merges", false)) return;
  Vocabulary vocabulary = in.vocabulary;
  for (const AddedTokenEntry& token : in.added)  // cut out before
    if (static_cast<size_t>(token.id) < vocabulary.tokens.size())
      vocabulary.tokens[static_cast<size_t>(token.id)].clear();
  const auto unmerged = unmerged_tokens(vocabulary.tokens, merges.left, merges.right);
  if (unmerged.empty()) return;
  in.notes.push_back(fmt::format(
      "openvino_tokenizer.xml may cut words with {} of the tokens, such as \"{}\", in another way: "
      "merges do not get to them, and BPETokenizer has no ignore_merges",
      unmerged.size(), unmerged.front()));
}

Ids ids_of(ir::Value node) { return {output(node, 0), output(node, 1), output(node, 2)}; }

}  // namespace

Ids write_bpe_model(StageWriter& w, const ModelInput& in) {
  if (!in.model.text("continuing_subword_prefix", "").empty())
    no_operation("the model BPE with a continuing_subword_prefix");
  Vocabulary vocabulary = in.vocabulary;
  Merges merges = read_merges(in.model);
  note_unmerged(in, merges);
  if (w.spelling == Spelling::bytes) {
    for (auto* tokens : {&vocabulary.tokens, &merges.left, &merges.right}) to_bytes(*tokens);
  }
  vocabulary = with_added_tokens(std::move(vocabulary), in.added);
  std::vector<std::string> added;
  std::vector<int32_t> added_ids;
  for (const AddedTokenEntry& token : in.added) {
    added.push_back(token.content);
    added_ids.push_back(token.id);
  }
  std::vector<ir::Value> inputs = model_inputs(w);
  append(inputs, w.graph.list(vocabulary.tokens));
  append(inputs, w.graph.list(merges.left));
  append(inputs, w.graph.list(merges.right));
  if (!added.empty()) {
    append(inputs, w.graph.list(added));
    inputs.push_back(w.graph.i32s(added_ids));
  }
  // Words that were met before are remembered: a fifth of the vocabulary's size, as
  // openvino_tokenizers has it.
  const auto cache = std::max<int64_t>(20000, static_cast<int64_t>(vocabulary.tokens.size()) / 5);
  return ids_of(w.graph.graph.add(ir::Op::BPETokenizer, std::move(inputs),
                                  {{"unk_token", in.model.text("unk_token", "")},
                                   {"fuse_unk", in.model.boolean("fuse_unk", false)},
                                   {"suffix_indicator", std::string()},
                                   {"end_suffix", in.model.text("end_of_word_suffix", "")},
                                   {"byte_fallback", in.model.boolean("byte_fallback", false)},
                                   {"cache_capacity", cache}}));
}

// Added tokens stand in the vocabulary with a score that no other way to write them reaches.
Ids write_unigram_model(StageWriter& w, const ModelInput& in) {
  Vocabulary vocabulary = with_added_tokens(in.vocabulary, in.added);
  if (vocabulary.scores.empty()) bad_input("{} should be a list", in.model.name_of("vocab"));
  const auto [min, max] = std::minmax_element(vocabulary.scores.begin(), vocabulary.scores.end());
  const float lowest = *min, highest = *max;
  vocabulary.scores.resize(vocabulary.tokens.size(), lowest);
  for (const AddedTokenEntry& token : in.added) {
    const float certain = highest * static_cast<float>(token.content.size()) - 0.1F;
    float& score = vocabulary.scores[static_cast<size_t>(token.id)];
    score = std::max(score, certain);
  }
  std::vector<ir::Value> inputs = model_inputs(w);
  append(inputs, w.graph.list(vocabulary.tokens));
  const ir::Value scores = w.graph.build.floats(vocabulary.scores, Shape{vocabulary.scores.size()});
  // OpenVINO would store or run them in half precision, which changes what is best.
  w.graph.graph.node(scores.node).rt_info = {
      {"attribute",
       {{"name", "DisablePrecisionConversion"}, {"version", "0"}, {"value", "dynamic:f16"}},
       {}}};
  inputs.push_back(scores);
  return ids_of(w.graph.graph.add(ir::Op::UnigramTokenizer, std::move(inputs),
                                  {{"byte_fallback", in.model.boolean("byte_fallback", false)},
                                   {"unk_token_id", in.model.integer("unk_id", 0, INT32_MAX, -1)},
                                   {"fuse_unk", true},
                                   {"min_score", HUGE_VAL}}));
}

Ids write_wordpiece_model(StageWriter& w, const ModelInput& in) {
  const Vocabulary vocabulary = with_added_tokens(in.vocabulary, in.added);
  const std::string unknown = in.model.text("unk_token", "[UNK]");
  const auto at = std::find(vocabulary.tokens.begin(), vocabulary.tokens.end(), unknown);
  if (at == vocabulary.tokens.end())
    bad_input("{} is \"{}\", which is not in the vocabulary", in.model.name_of("unk_token"),
              unknown);
  std::vector<ir::Value> inputs = model_inputs(w);
  append(inputs, w.graph.list(vocabulary.tokens));
  inputs.push_back(w.graph.build.scalar_int(at - vocabulary.tokens.begin()));
  return ids_of(w.graph.graph.add(
      ir::Op::WordpieceTokenizer, std::move(inputs),
      {{"suffix_indicator", in.model.text("continuing_subword_prefix", "##")},
       {"max_bytes_per_word", in.model.integer("max_input_chars_per_word", 0, INT32_MAX, 100)}}));
}

Ids write_wordlevel_model(StageWriter& w, const ModelInput& in) {
  const Vocabulary vocabulary = with_added_tokens(in.vocabulary, in.added);
  const std::string unknown = in.model.text("unk_token", "");
  std::vector<int32_t> ids;
  std::vector<std::string> tokens;
  int32_t unknown_id = -1;
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    if (vocabulary.tokens[id].empty()) continue;
    if (vocabulary.tokens[id] == unknown) unknown_id = static_cast<int32_t>(id);
    tokens.push_back(vocabulary.tokens[id]);
    ids.push_back(static_cast<int32_t>(id));
  }
  std::vector<ir::Value> inputs = {w.strings.begins, w.strings.ends, w.strings.chars};
  append(inputs, w.graph.list(tokens));
  inputs.push_back(w.graph.i32s(ids));
  inputs.push_back(w.graph.build.scalar_i32(unknown_id));
  const ir::Value node = w.graph.graph.add(ir::Op::VocabEncoder, std::move(inputs));
  return {w.strings.ragged_begins, w.strings.ragged_ends, output(node, 0)};
}

Ids write_model(StageWriter& writer, const ModelInput& in) {
  constexpr std::pair<const char*, Ids (*)(StageWriter&, const ModelInput&)> kModels[] = {
      {"BPE", write_bpe_model},
      {"Unigram", write_unigram_model},
      {"WordLevel", write_wordlevel_model},
      {"WordPiece", write_wordpiece_model},
  };
  const std::string type = in.model.text("type", unnamed_type(in.model));
  for (const auto& [name, write] : kModels)
    if (type == name) return write(writer, in);
  no_operation("the model {}", type);
}

}  // namespace hearth::frontends
