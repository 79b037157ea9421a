#include "frontends/tokenizer/write_tokenizer.h"

#include <algorithm>

#include "frontends/tokenizer/decoders.h"
#include "frontends/tokenizer/model_writer.h"
#include "frontends/tokenizer/post_processor.h"
#include "frontends/tokenizer/sentencepiece_writer.h"
#include "frontends/tokenizer/tokenizer_rt_info.h"
#include "ir/xml_writer.h"

namespace hearth::frontends {
namespace {

// The length that Truncate gets when nothing is to be cut, as openvino_tokenizers has it.
constexpr int32_t kNoLimit = INT32_MAX - 64;

struct Sections {
  JsonObject tokenizer, config;
  std::vector<AddedTokenEntry> added;
  Vocabulary vocabulary;
  Template post_processor;
};

int64_t special_count(const Template& t) {
  return std::count_if(t.single.begin(), t.single.end(),
                       [](const TemplatePiece& piece) { return !piece.is_text(); });
}

// Each text as a batch of one string: begins 0, 1, … and ends 1, 2, ….
Strings unpack(StringGraph& g, ir::Value texts) {
  const ir::Value node = g.graph.add(ir::Op::StringTensorUnpack, {texts});
  const ir::Value count = g.build.gather(g.build.shape_of(node), g.build.scalar_int(0), 0);
  const auto range = [&](int64_t from, ir::Value to) {
    return g.graph.add(ir::Op::Range, {g.build.scalar_int(from), to, g.build.scalar_int(1)},
                       {{"output_type", ElementType::i32}});
  };
  const ir::Value next = g.build.binary(ir::Op::Add, count, g.build.scalar_int(1));
  return {range(0, count), range(1, next), node, output(node, 1), output(node, 2), {}};
}

// Added tokens, those of the same trim together. Among those that begin alike the longest comes
// first.
std::string added_token_pattern(const std::vector<AddedTokenEntry>& added) {
  std::string out;
  for (const auto& [left, right] :
       {std::pair(false, false), {true, false}, {false, true}, {true, true}}) {
    std::vector<std::string> tokens;
    for (const AddedTokenEntry& token : added)
      if (token.lstrip == left && token.rstrip == right && !token.content.empty())
        tokens.push_back(token.single_word ? R"((?<!\w))" + quote_regex(token.content) + R"((?!\w))"
                                           : quote_regex(token.content));
    if (tokens.empty()) continue;
    std::sort(tokens.rbegin(), tokens.rend());
    out += fmt::format("{}{}({}){}", out.empty() ? "" : "|", left ? R"((?:\s*))" : "",
                       fmt::join(tokens, "|"), right ? R"((?:\s*))" : "");
  }
  return out;
}

void split_added_tokens(StageWriter& w, const std::vector<AddedTokenEntry>& added) {
  const std::string pattern = added_token_pattern(added);
  if (pattern.empty()) return;
  std::vector<ir::Value> inputs = StringGraph::ragged(w.strings);
  inputs.push_back(w.graph.text(pattern));
  const ir::Value node = w.graph.graph.add(ir::Op::SpecialTokensSplit, std::move(inputs));
  w.strings = {node,           output(node, 1), output(node, 2), output(node, 3), output(node, 4),
               output(node, 5)};
}

// The Metaspace that marks only the beginning of the whole text does so before added tokens are
// cut out, and not in front of one.
void prefix_text(StageWriter& w, const Sections& s) {
  for_each_stage(s.tokenizer, "pre_tokenizer", "pretokenizers", [&](const JsonObject& stage) {
    if (w.text_is_prefixed || stage.text("type") != "Metaspace") return;
    if (stage.text("prepend_scheme", "always") != "first") return;
    const std::string mark = stage.text("replacement");
    std::string not_before = " |" + quote_regex(mark) + "|\\z";
    for (const AddedTokenEntry& token : s.added)
      if (!token.content.empty()) not_before += "|" + quote_regex(token.content);
    w.graph.replace(w.strings, "^(?!" + not_before + ")", quote_replacement(mark), false);
    w.text_is_prefixed = true;
  });
}

Ids write_strings(StringGraph& g, const Sections& s, const std::string& sentencepiece_model,
                  std::vector<std::string>& notes) {
  const ir::Value texts =
      g.graph.add_parameter("texts", ElementType::string, PartialShape::dynamic(1));
  if (!sentencepiece_model.empty()) {
    std::vector<AddedTokenEntry> cut = s.added;
    std::erase_if(cut, [&](const AddedTokenEntry& token) {  // control pieces
      return static_cast<size_t>(token.id) < s.vocabulary.tokens.size();
    });
    return write_sentencepiece_model(g, texts, sentencepiece_model, cut);
  }
  StageWriter w{g, unpack(g, texts)};
  prefix_text(w, s);
  split_added_tokens(w, s.added);
  for_each_stage(s.tokenizer, "normalizer", "normalizers",
                 [&](const JsonObject& stage) { write_normalizer(w, stage); });
  for_each_stage(s.tokenizer, "pre_tokenizer", "pretokenizers",
                 [&](const JsonObject& stage) { write_pre_tokenizer(w, stage); });
  return write_model(w, {s.tokenizer.object("model"), s.vocabulary, s.added, notes});
}

struct Truncation {
  int32_t length = INT32_MAX;  ///< with special tokens
  bool right = true;
  bool on = false;
};

// tokenizer.json's own truncation is in force; the config's length waits for somebody to ask.
Truncation read_truncation(const Sections& s) {
  Truncation out;
  if (s.tokenizer.has("truncation")) {
    const JsonObject own = s.tokenizer.object("truncation");
    return {static_cast<int32_t>(own.integer("max_length", 0, INT32_MAX)),
            own.text("direction", "Right") == "Right", true};
  }
  if (s.config.has("model_max_length")) {
    const double length = s.config.number("model_max_length");
    if (length >= 0 && length < INT32_MAX) out.length = static_cast<int32_t>(length);
  }
  out.right = s.config.text("truncation_side", "right") == "right";
  return out;
}

// The variable `truncation` says whether to cut.
void write_truncation(StringGraph& g, const Sections& s, Ids& ids) {
  const Truncation truncation = read_truncation(s);
  const std::byte on{truncation.on};
  const ir::Value start =
      g.graph.add_constant(ElementType::boolean, Shape{}, Bytes::copy_of({&on, 1}));
  const ir::Value enabled = g.graph.add(ir::Op::ReadValue, {start},
                                        {{"variable_id", std::string("truncation")},
                                         {"variable_type", ElementType::boolean},
                                         {"variable_shape", PartialShape{}}});
  g.graph.add(ir::Op::Assign, {enabled}, {{"variable_id", std::string("truncation")}});
  const auto length = static_cast<int32_t>(
      std::max<int64_t>(truncation.length - special_count(s.post_processor), 0));
  const ir::Value limit = g.graph.add(
      ir::Op::Select, {enabled, g.build.scalar_i32(length), g.build.scalar_i32(kNoLimit)});
  const ir::Value node =
      g.graph.add(ir::Op::Truncate,
                  {ids.begins, ids.ends, ids.values, limit,
                   g.text(truncation.right ? "right" : "left"), g.text("longest_first")},
                  {{"m_num_inputs", int64_t{1}}});
  ids = {node, output(node, 1), output(node, 2)};
}

struct Tokens {
  Ids ids, types;
};

// Special tokens around the text, one segment each, so that they can be switched off one by one.
Tokens combine(StringGraph& g, const Template& t, const Ids& text) {
  std::vector<ir::Value> inputs;
  std::vector<int32_t> types;
  for (const TemplatePiece& piece : t.single) {
    if (piece.is_text()) {
      inputs.insert(inputs.end(), {text.begins, text.ends, text.values});
    } else {
      inputs.insert(inputs.end(),
                    {g.build.scalar_i32(0), g.build.scalar_i32(1), g.i32s({piece.id})});
    }
    types.push_back(piece.type_id);
  }
  inputs.push_back(g.i32s(types));
  const ir::Value node = g.graph.add(ir::Op::CombineSegments, std::move(inputs));
  return {{node, output(node, 1), output(node, 2)},
          {output(node, 3), output(node, 4), output(node, 5)}};
}

bool wants_type_ids(const Sections& s) {
  if (s.config.has("model_input_names")) {
    const auto names = s.config.texts("model_input_names");
    return std::find(names.begin(), names.end(), "token_type_ids") != names.end();
  }
  return s.config.text("tokenizer_class", "").starts_with("Bert");
}

struct Padding {
  bool right;
  int32_t id, type_id = 0;
  std::optional<int32_t> length;  ///< at least this many
};

Padding read_padding(const Sections& s, const TokenizerFacts& facts) {
  const auto id = static_cast<int32_t>(std::clamp<int64_t>(facts.pad.value_or(0), 0, INT32_MAX));
  // On the left where nobody says it, as generation needs and optimum-intel writes it.
  Padding out{s.config.text("padding_side", "left") != "left", id, 0, {}};
  if (!s.tokenizer.has("padding")) return out;
  const JsonObject own = s.tokenizer.object("padding");
  out.right = own.text("direction", "Right") == "Right";
  out.id = static_cast<int32_t>(own.integer("pad_id", 0, INT32_MAX, out.id));
  out.type_id = static_cast<int32_t>(own.integer("pad_type_id", 0, INT32_MAX, 0));
  const Json* strategy = own.find("strategy");
  if (strategy != nullptr && strategy->is_object())
    out.length = static_cast<int32_t>(own.object("strategy").integer("Fixed", 0, INT32_MAX));
  return out;
}

void write_outputs(StringGraph& g, const Sections& s, const TokenizerFacts& facts,
                   const Tokens& tokens) {
  const Padding padding = read_padding(s, facts);
  const ir::Value lengths = g.build.binary(ir::Op::Subtract, tokens.ids.ends, tokens.ids.begins);
  ir::Value longest =
      g.graph.add(ir::Op::ReduceMax, {lengths, g.build.scalar_i32(0)}, {{"keep_dims", false}});
  if (padding.length)
    longest = g.build.binary(ir::Op::Maximum, g.build.scalar_i32(*padding.length), longest);
  const auto dense = [&](const Ids& ids, int32_t fill) {
    return g.graph.add(ir::Op::RaggedToDense,
                       {ids.begins, ids.ends, ids.values, longest, g.build.scalar_i32(fill)},
                       {{"pad_right", padding.right}, {"m_pad_max_length", false}});
  };
  const auto result = [&](ir::Value value, const char* name) {
    g.graph.add_result(g.build.convert(value, ElementType::i64), name);
  };
  const ir::Value ids = dense(tokens.ids, padding.id);
  result(ids, "input_ids");
  if (wants_type_ids(s)) result(dense(tokens.types, padding.type_id), "token_type_ids");
  result(g.build.convert(output(ids, 1), ElementType::i32), "attention_mask");
}

}  // namespace

std::vector<std::string> write_tokenizer(const TokenizerFacts& facts, const StagedOutput& folder) {
  std::vector<std::string> notes;
  const Json tokenizer = parse_json(facts.tokenizer_json, facts.source);
  const Json config = facts.tokenizer_config_json.empty()
                          ? Json::object()
                          : parse_json(facts.tokenizer_config_json, facts.source);
  try {
    Sections s{{tokenizer, facts.source}, {config, facts.source}, {}, {}, {}};
    s.added = read_added_tokens(s.tokenizer);
    s.vocabulary = read_vocabulary(s.tokenizer.object("model"));
    s.post_processor = read_template(s.tokenizer);
    StringGraph encoder, decoder;
    Ids text = write_strings(encoder, s, facts.sentencepiece_model, notes);
    write_truncation(encoder, s, text);
    write_outputs(encoder, s, facts, combine(encoder, s.post_processor, text));
    encoder.graph.name = "tokenizer";
    write_detokenizer(decoder, s.tokenizer, s.vocabulary, s.added);
    for (ir::Graph* graph : {&encoder.graph, &decoder.graph})
      graph->rt_info = tokenizer_rt_info(facts, s.tokenizer, s.config, s.post_processor);
    ir::write_ir(encoder.graph, folder, "openvino_tokenizer");
    ir::write_ir(decoder.graph, folder, "openvino_detokenizer");
  } catch (const NoOperation& reason) {
    return {fmt::format("no openvino_tokenizer.xml: {} has no OpenVINO operation", reason.what)};
  }
  return notes;
}

}  // namespace hearth::frontends
