#include "frontends/tokenizer/decoders.h"

#include <algorithm>

#include "frontends/tokenizer/shown_tokens.h"

namespace hearth::frontends {
namespace {

// What happens to a token whatever stands around it is done to the vocabulary; the rest is stages.
struct DecoderWriter {
  StringGraph& graph;
  std::vector<std::string> vocabulary;  // by id
  std::vector<int32_t> skipped = {};    // ids of special tokens
  ir::Value ids = {};
  Strings strings = {};  // once the vocabulary has been looked up
  bool joined = false;

  template <typename Change>
  void each_token(const char* type, Change&& change) {
    if (strings.begins) no_operation("the decoder {} behind other stages", type);
    for (std::string& token : vocabulary)
      if (!token.empty()) token = change(token);
  }
};

void look_up(DecoderWriter& w) {
  if (w.strings.begins) return;
  std::vector<ir::Value> inputs = {w.ids};
  for (const ir::Value value : w.graph.list(w.vocabulary)) inputs.push_back(value);
  inputs.push_back(w.graph.i32s(w.skipped));
  const ir::Value node = w.graph.graph.add(ir::Op::VocabDecoder, std::move(inputs));
  w.strings = {node, output(node, 1), output(node, 2), output(node, 3), output(node, 4), {}};
}

// Behind it a text is one string, and its bytes are valid UTF-8: half a character is U+FFFD.
void join(DecoderWriter& w) {
  if (w.joined) return;
  look_up(w);
  Strings& s = w.strings;
  ir::Value node =
      w.graph.graph.add(ir::Op::FuzeRagged, {s.ragged_begins, s.ragged_ends, s.begins, s.ends});
  s.begins = node;
  s.ends = output(node, 1);
  node = w.graph.graph.add(ir::Op::UTF8Validate, StringGraph::flat(s), {{"replace_mode", true}});
  w.graph.take_strings(s, node, 0);
  w.joined = true;
}

void write_byte_level(DecoderWriter& w, const JsonObject&) {
  w.each_token("ByteLevel",
               [](const std::string& token) { return bytes_of_alphabet(token).value_or(token); });
  join(w);
}

void write_byte_fallback(DecoderWriter& w, const JsonObject&) {
  look_up(w);
  w.graph.take_strings(w.strings,
                       w.graph.graph.add(ir::Op::ByteFallback, StringGraph::flat(w.strings)), 0);
}

void write_fuse(DecoderWriter& w, const JsonObject&) { join(w); }

void write_metaspace(DecoderWriter& w, const JsonObject& stage) {
  const std::string mark = stage.text("replacement");
  w.each_token("Metaspace", [&](const std::string& token) { return replaced(token, mark, " "); });
  join(w);
  const bool prefixed = stage.boolean("add_prefix_space", true);
  if (stage.text("prepend_scheme", prefixed ? "always" : "never") != "never")
    w.graph.replace(w.strings, "^ ", "");
}

void write_bpe(DecoderWriter& w, const JsonObject& stage) {
  const std::string suffix = stage.text("suffix", "</w>");
  w.each_token("BPEDecoder",
               [&](const std::string& token) { return replaced(token, suffix, " "); });
  join(w);
  w.graph.replace(w.strings, " $", "");
}

void write_replace(DecoderWriter& w, const JsonObject& stage) {
  look_up(w);
  w.graph.replace(w.strings, pattern_of(stage), quote_replacement(stage.text("content")));
}

void write_strip(DecoderWriter& w, const JsonObject& stage) {
  look_up(w);
  const std::string content = quote_regex(stage.text("content"));
  const int64_t start = stage.integer("start", 0, 65535), stop = stage.integer("stop", 0, 65535);
  const auto times = [](int64_t n) { return n == 1 ? "" : fmt::format("{{1,{}}}", n); };
  if (start > 0) w.graph.replace(w.strings, "^" + content + times(start), "");
  if (stop > 0) w.graph.replace(w.strings, content + times(stop) + "$", "");
}

void write_word_piece(DecoderWriter& w, const JsonObject& stage) {
  const std::string prefix = stage.text("prefix", "##");
  const bool cleanup = stage.boolean("cleanup", true);
  w.each_token("WordPiece",
               [&](const std::string& token) { return word_piece(token, prefix, cleanup); });
  join(w);
  w.graph.replace(w.strings, "^ ", "");
}

void write_stage(DecoderWriter& w, const JsonObject& stage) {
  constexpr std::pair<const char*, void (*)(DecoderWriter&, const JsonObject&)> kStages[] = {
      {"BPEDecoder", write_bpe},       {"ByteFallback", write_byte_fallback},
      {"ByteLevel", write_byte_level}, {"Fuse", write_fuse},
      {"Metaspace", write_metaspace},  {"Replace", write_replace},
      {"Strip", write_strip},          {"WordPiece", write_word_piece},
  };
  const std::string type = stage.text("type");
  for (const auto& [name, write] : kStages)
    if (type == name) return write(w, stage);
  no_operation("the decoder {}", type);
}

}  // namespace

void write_detokenizer(StringGraph& graph, const JsonObject& tokenizer,
                       const Vocabulary& vocabulary, const std::vector<AddedTokenEntry>& added) {
  DecoderWriter w{graph, with_added_tokens(vocabulary, added).tokens};
  for (const AddedTokenEntry& token : added)
    if (token.special) w.skipped.push_back(token.id);
  std::sort(w.skipped.begin(), w.skipped.end());
  // openvino_genai puts a switch behind this list, which OpenVINO does not compile for an empty
  // one.
  if (w.skipped.empty()) w.skipped.push_back(-1);
  const ir::Value ids =
      graph.graph.add_parameter("ids", ElementType::i64, PartialShape::dynamic(2));
  w.ids = graph.build.convert(ids, ElementType::i32);
  if (!tokenizer.has("decoder")) {  // then tokens are words
    w.each_token("", [](const std::string& token) { return " " + token; });
    join(w);
    graph.replace(w.strings, "^ ", "");
  }
  for_each_stage(tokenizer, "decoder", "decoders",
                 [&](const JsonObject& stage) { write_stage(w, stage); });
  join(w);
  const ir::Value text = graph.graph.add(ir::Op::StringTensorPack, StringGraph::flat(w.strings));
  graph.graph.add_result(text, "string_output");
  graph.graph.name = "detokenizer";
}

}  // namespace hearth::frontends
