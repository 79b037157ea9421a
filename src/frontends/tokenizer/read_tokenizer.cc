#include "frontends/tokenizer/read_tokenizer.h"

#include <algorithm>
#include <map>
#include <set>

#include "frontends/tokenizer/graph_reader.h"
#include "frontends/tokenizer/read_sentencepiece.h"
#include "frontends/tokenizer/vocabulary.h"
#include "ir/rt_info.h"
#include "ir/xml_reader.h"

namespace fs = std::filesystem;

namespace hearth::frontends {
namespace {

constexpr const char* kTokenizer = "openvino_tokenizer.xml";
constexpr const char* kDetokenizer = "openvino_detokenizer.xml";

// What Truncate gets when nothing is to be cut lies just below; models' lengths are far from it.
constexpr int64_t kNoLength = INT32_MAX - 65536;

// The nodes that say something, from the output to the model.
struct Chain {
  const ir::Node* dense = nullptr;     // RaggedToDense
  const ir::Node* segments = nullptr;  // CombineSegments
  const ir::Node* truncate = nullptr;  // may be absent
  const ir::Node* model = nullptr;
};

std::string noted_chat_template(const ir::Graph& graph) {
  const std::string* text = ir::rt_value(graph.rt_info, {"chat_template"});
  return text == nullptr ? "" : *text;
}

class TokenizerReader {
 public:
  TokenizerReader(GraphReader encoder, GraphReader decoder)
      : encoder_(std::move(encoder)), decoder_(std::move(decoder)) {}

  TokenizerTexts read() {
    const Chain chain = find_chain();
    model_ = read_model(encoder_, *chain.model);
    stages_ = read_stages(encoder_, model_.chars);
    model_.in_alphabet = stages_.alphabet;
    model_.byte_level = model_.byte_level || stages_.alphabet;
    shown_ = read_decoder(decoder_, model_);
    spell_bytes();
    Json out = Json::object();
    out["version"] = "1.0";
    out["truncation"] = truncation(chain);
    out["added_tokens"] = added_tokens();
    out["normalizer"] = sequence("normalizers", stages_.normalizers);
    out["pre_tokenizer"] = sequence("pretokenizers", stages_.pre_tokenizers);
    out["post_processor"] = post_processor(*chain.segments);
    if (!shown_.joins_words) out["decoder"] = sequence("decoders", shown_.decoders);
    out["model"] = model();
    return {std::nullopt, utf8(out), utf8(config(chain)), noted_chat_template(encoder_.graph())};
  }

 private:
  // Constants are bytes; only ByteLevel's tokens may be anything.
  std::string utf8(const Json& json) const {
    try {
      return json.dump();
    } catch (const Json::exception&) {
      bad_input("{}: has a token or a pattern that is not UTF-8", encoder_.source());
    }
  }

  Chain find_chain() const {
    const ir::NodeId result = encoder_.graph().find_result("input_ids");
    if (result == ir::kNoNode) bad_input("{}: has no output input_ids", encoder_.source());
    Chain out;
    const ir::Node* node = &encoder_.input(encoder_.graph().node(result), 0);
    while (node->op == ir::Op::Convert) node = &encoder_.input(*node, 0);
    out.dense = expect(*node, ir::Op::RaggedToDense);
    out.segments = expect(encoder_.input(*node, 2), ir::Op::CombineSegments);
    for (size_t i = 0; i + 2 < out.segments->inputs.size(); i += 3) {
      if (encoder_.is_constant(*out.segments, i)) continue;
      if (out.model != nullptr) encoder_.fail(*out.segments, "joins two texts");
      out.model = &encoder_.input(*out.segments, i + 2);
    }
    if (out.model == nullptr) encoder_.fail(*out.segments, "joins no text");
    if (out.model->op == ir::Op::Truncate) {
      out.truncate = out.model;
      out.model = &encoder_.input(*out.truncate, 2);
    }
    return out;
  }

  const ir::Node* expect(const ir::Node& node, ir::Op op) const {
    if (node.op != op) encoder_.unexpected(node);
    return &node;
  }

  static Json sequence(const char* items, const Json& stages) {
    if (stages.empty()) return {};
    if (stages.size() == 1) return stages[0];
    Json out = Json::object();
    out["type"] = "Sequence";
    out[items] = stages;
    return out;
  }

  // From here on a ByteLevel vocabulary is in its alphabet.
  void spell_bytes() {
    if (!model_.byte_level || model_.in_alphabet) return;
    stages_.pre_tokenizers.push_back(bytes_to_characters());
    for (size_t id = 0; id < model_.tokens.size(); ++id) {
      std::string& token = model_.tokens[id];
      // A token that is not in the alphabet is only shown, as it is.
      const bool only_shown = token.empty() && id < shown_.tokens.size();
      token = only_shown ? shown_.tokens[id] : alphabet_of_bytes(token);
    }
    for (const auto& [content, id] : model_.added)  // added tokens are text
      if (id >= 0 && static_cast<size_t>(id) < model_.tokens.size())
        model_.tokens[static_cast<size_t>(id)] = content;
    for (auto& [left, right] : model_.merges) {
      left = alphabet_of_bytes(left);
      right = alphabet_of_bytes(right);
    }
  }

  Json model() const {
    Json out = model_.model;
    Json& vocab = out["vocab"];
    if (!model_.scores.empty()) {
      vocab = Json::array();
      for (size_t id = 0; id < model_.tokens.size(); ++id)
        vocab.push_back(Json::array({model_.tokens[id], model_.scores[id]}));
      return out;
    }
    vocab = vocabulary();
    if (out["type"] != "BPE") return out;
    out["merges"] = Json::array();
    for (const auto& [left, right] : model_.merges)
      if (!left.empty() && !right.empty()) out["merges"].push_back(Json::array({left, right}));
    return out;
  }

  // The first of equal tokens; an object's own search would look at all entries for each.
  Json vocabulary() const {
    Json::object_t out;
    std::set<std::string_view> seen;
    for (size_t id = 0; id < model_.tokens.size(); ++id) {
      const std::string& token = model_.tokens[id];
      if (!token.empty() && seen.insert(token).second) out.emplace_back(token, id);
    }
    return out;
  }

  Json added_tokens() const {
    Json out = Json::array();
    if (stages_.added_token_pattern.empty()) return out;
    std::map<std::string, int32_t> ids(model_.added.begin(), model_.added.end());
    for (size_t id = 0; id < model_.tokens.size(); ++id)
      ids.try_emplace(model_.tokens[id], static_cast<int32_t>(id));
    const std::set<int32_t> skipped(shown_.skipped.begin(), shown_.skipped.end());
    auto tokens = read_added_token_pattern(stages_.added_token_pattern, encoder_.source());
    std::vector<std::pair<int32_t, const ReadAddedToken*>> sorted;
    for (const ReadAddedToken& token : tokens) {
      const auto id = ids.find(token.content);
      if (id == ids.end())
        bad_input("{}: the added token \"{}\" has no id", encoder_.source(), token.content);
      sorted.emplace_back(id->second, &token);
    }
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [id, token] : sorted) {
      Json entry = Json::object();
      entry["id"] = id;
      entry["content"] = token->content;
      entry["single_word"] = token->single_word;
      entry["lstrip"] = token->lstrip;
      entry["rstrip"] = token->rstrip;
      entry["normalized"] = false;
      entry["special"] = skipped.contains(id);
      out.push_back(std::move(entry));
    }
    return out;
  }

  std::string token(int64_t id) const {
    if (id < 0 || static_cast<size_t>(id) >= model_.tokens.size() ||
        model_.tokens[static_cast<size_t>(id)].empty())
      bad_input("{}: names the special token {}, which is not in the vocabulary", encoder_.source(),
                id);
    for (const auto& [content, added] : model_.added)
      if (added == id) return content;
    return model_.tokens[static_cast<size_t>(id)];
  }

  Json post_processor(const ir::Node& segments) const {
    Json single = Json::array(), specials = Json::object();
    const std::vector<int32_t> types = encoder_.i32s(segments, segments.inputs.size() - 1);
    for (size_t i = 0; i + 2 < segments.inputs.size(); i += 3) {
      const int64_t type = i / 3 < types.size() ? types[i / 3] : 0;
      if (!encoder_.is_constant(segments, i)) {
        single.push_back(piece("Sequence", "A", type));
        continue;
      }
      if (encoder_.integer(segments, i + 1) == 0) continue;  // switched off
      for (const int32_t id : encoder_.i32s(segments, i + 2)) {
        const std::string content = token(id);
        single.push_back(piece("SpecialToken", content, type));
        Json special = Json::object();
        special["id"] = content;
        special["ids"] = Json::array({id});
        special["tokens"] = Json::array({content});
        specials[content] = std::move(special);
      }
    }
    Json out = Json::object();
    out["type"] = "TemplateProcessing";
    out["pair"] = single;
    for (const Json& item : single) {
      if (!item.contains("Sequence")) continue;
      out["pair"].push_back(piece("Sequence", "B", 1));
    }
    out["single"] = std::move(single);
    out["special_tokens"] = std::move(specials);
    return out;
  }

  static Json piece(const char* kind, const std::string& id, int64_t type) {
    Json inside = Json::object();
    inside["id"] = id;
    inside["type_id"] = type;
    Json out = Json::object();
    out[kind] = std::move(inside);
    return out;
  }

  int64_t special_count(const Chain& chain) const {
    int64_t count = 0;
    for (size_t i = 0; i + 2 < chain.segments->inputs.size(); i += 3)
      if (encoder_.is_constant(*chain.segments, i))
        count += static_cast<int64_t>(encoder_.i32s(*chain.segments, i + 2).size());
    return count;
  }

  // The longest text with its special tokens, where the file says one.
  std::optional<int64_t> length(const Chain& chain) const {
    if (chain.truncate == nullptr) return std::nullopt;
    const ir::Node& select = encoder_.input(*chain.truncate, chain.truncate->inputs.size() - 3);
    if (select.op != ir::Op::Select) return std::nullopt;
    const int64_t limit = encoder_.integer(select, 1);
    if (limit < 0 || limit >= kNoLength) return std::nullopt;
    return limit + special_count(chain);
  }

  Json truncation(const Chain& chain) const {
    const auto longest = length(chain);
    if (!longest) return {};
    const ir::Node& select = encoder_.input(*chain.truncate, chain.truncate->inputs.size() - 3);
    const ir::Node& state = encoder_.input(select, 0);
    const ir::Node* start = &state;
    if (state.op == ir::Op::ReadValue && !state.inputs.empty()) start = &encoder_.input(state, 0);
    const bool on = start->op == ir::Op::Const && start->data.size() == 1 &&
                    *start->data.data() != std::byte{0};
    if (!on) return {};
    Json out = Json::object();
    const bool left = encoder_.text(*chain.truncate, chain.truncate->inputs.size() - 2) == "left";
    out["direction"] = left ? "Left" : "Right";
    out["max_length"] = *longest;
    out["strategy"] = "LongestFirst";
    out["stride"] = 0;
    return out;
  }

  Json config(const Chain& chain) const {
    Json out = Json::object();
    const auto name = [&](const char* key, const char* note) {
      const std::string* text = ir::rt_value(encoder_.graph().rt_info, {note});
      if (text == nullptr || text->empty() ||
          text->find_first_not_of("0123456789") != std::string::npos || text->size() > 9)
        return;
      out[key] = token(std::stoi(*text));
    };
    name("bos_token", "bos_token_id");
    name("eos_token", "eos_token_id");
    name("pad_token", "pad_token_id");
    out["padding_side"] = chain.dense->attrs.flag("pad_right") ? "right" : "left";
    if (const auto longest = length(chain)) out["model_max_length"] = *longest;
    return out;
  }

  const GraphReader encoder_;
  const GraphReader decoder_;
  ReadModel model_;
  ReadStages stages_;
  ReadDecoder shown_;
};

}  // namespace

bool has_tokenizer_ir(const fs::path& folder) {
  return fs::exists(folder / kTokenizer) && fs::exists(folder / kDetokenizer);
}

TokenizerTexts read_tokenizer_ir(const ir::Graph& encoder, const std::string& encoder_source,
                                 const ir::Graph& decoder, const std::string& decoder_source) {
  if (auto model = read_sentencepiece_graph({encoder, encoder_source}, {decoder, decoder_source}))
    return {std::move(model), "", "", noted_chat_template(encoder)};
  return TokenizerReader({encoder, encoder_source}, {decoder, decoder_source}).read();
}

TokenizerTexts read_tokenizer_ir(const fs::path& folder) {
  return read_tokenizer_ir(ir::read_ir(folder / kTokenizer), (folder / kTokenizer).string(),
                           ir::read_ir(folder / kDetokenizer), (folder / kDetokenizer).string());
}

}  // namespace hearth::frontends
