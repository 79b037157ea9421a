// The detokenizer's graph as the decoders of a tokenizer.json.
#include <algorithm>

#include "frontends/tokenizer/graph_reader.h"
#include "frontends/tokenizer/shown_tokens.h"

namespace hearth::frontends {
namespace {

// What openvino_tokenizers removes where clean_up_tokenization_spaces is set.
constexpr const char* kCleanUp = R"((?| ([\\.\\?\\!,])| ('[ms])| (') | ('[rv]e)| (n't)))";

Json replace(const char* kind, std::string pattern, std::string content) {
  Json out = stage_of("Replace");
  out["pattern"] = Json::object({{kind, std::move(pattern)}});
  out["content"] = std::move(content);
  return out;
}

Json strip(std::string content, int64_t start, int64_t stop) {
  Json out = stage_of("Strip");
  out["content"] = std::move(content);
  out["start"] = start;
  out["stop"] = stop;
  return out;
}

// "x" is 1 x, "x{1,n}" up to n of them.
std::optional<std::pair<std::string, int64_t>> counted(std::string pattern) {
  int64_t times = 1;
  const size_t brace = pattern.rfind("{1,");
  if (brace != std::string::npos && pattern.back() == '}' && pattern.size() - brace < 10) {
    times = 0;
    for (const char c : std::string_view(pattern).substr(brace + 3, pattern.size() - brace - 4)) {
      if (c < '0' || c > '9') return std::nullopt;
      times = times * 10 + (c - '0');
    }
    pattern.resize(brace);
  }
  auto content = unquoted_regex(pattern);
  if (!content || content->empty()) return std::nullopt;
  return std::pair(std::move(*content), times);
}

class DecoderReader {
 public:
  DecoderReader(const GraphReader& reader, ReadDecoder& out) : reader_(reader), out_(out) {}

  void read() {
    std::vector<const ir::Node*> nodes = operations();
    for (const ir::Node* node : nodes) read_one(*node);
  }

 private:
  // From the strings to the ids, in the order of the ids.
  std::vector<const ir::Node*> operations() const {
    const ir::NodeId result = reader_.graph().find_result("string_output");
    const std::vector<ir::NodeId>& all = reader_.graph().results();
    if (result == ir::kNoNode && all.size() != 1)
      bad_input("{}: has no output string_output", reader_.source());
    const ir::Node& end = reader_.graph().node(result == ir::kNoNode ? all[0] : result);
    const ir::Node* node = &reader_.input(end, 0);
    if (node->op != ir::Op::StringTensorPack) reader_.unexpected(*node);
    node = &reader_.input(*node, 0);
    std::vector<const ir::Node*> out;
    for (; node->op != ir::Op::VocabDecoder; node = &reader_.input(*node, step(*node)))
      out.push_back(node);
    out.push_back(node);
    std::reverse(out.begin(), out.end());
    return out;
  }

  size_t step(const ir::Node& node) const {
    if (node.op == ir::Op::FuzeRagged) return 2;
    if (node.op != ir::Op::RegexNormalization && node.op != ir::Op::ByteFallback &&
        node.op != ir::Op::UTF8Validate)
      reader_.unexpected(node);
    return 0;
  }

  void read_one(const ir::Node& node) {
    if (node.op == ir::Op::VocabDecoder) {
      out_.tokens = reader_.list(node, 1);
      out_.skipped = read_skipped(reader_, node);
    } else if (node.op == ir::Op::FuzeRagged) {
      out_.decoders.push_back(stage_of("Fuse"));
    } else if (node.op == ir::Op::ByteFallback) {
      out_.decoders.push_back(stage_of("ByteFallback"));
    } else if (node.op == ir::Op::RegexNormalization) {
      read_replace(node);
    }
  }

  void read_replace(const ir::Node& node) {
    const size_t last = node.inputs.size() - 1;
    const std::string pattern = reader_.text(node, last - 1), content = reader_.text(node, last);
    const auto literal = unquoted_regex(pattern);
    if (literal) return out_.decoders.push_back(replace("String", *literal, content));
    if (pattern == kCleanUp) return;  // Rust's decode does not clean up either
    if (content.empty() && pattern.starts_with('^'))
      if (const auto what = counted(pattern.substr(1)))
        return out_.decoders.push_back(strip(what->first, what->second, 0));
    if (content.empty() && pattern.ends_with('$'))
      if (const auto what = counted(pattern.substr(0, pattern.size() - 1)))
        return out_.decoders.push_back(strip(what->first, 0, what->second));
    reader_.fail(node, "replaces \"{}\" by \"{}\", which Hearth cannot read", pattern, content);
  }

  const GraphReader& reader_;
  ReadDecoder& out_;
};

// Drops the last decoder of this type that says `text`; it belongs to the stage put in its place.
void drop(Json& decoders, const char* type, const char* key, const std::string& text) {
  for (size_t i = decoders.size(); i-- > 0;) {
    if (decoders[i]["type"] != type || decoders[i][key] != text) continue;
    decoders.erase(i);
    return;
  }
}

Json metaspace(Json& decoders) {
  Json out = stage_of("Metaspace");
  const size_t before = decoders.size();
  drop(decoders, "Strip", "content", " ");
  out["replacement"] = "▁";
  out["prepend_scheme"] = decoders.size() < before ? "always" : "never";
  return out;
}

Json word_pieces(Json& decoders, const std::string& prefix, bool cleanup) {
  Json out = stage_of("WordPiece");
  out["prefix"] = prefix;
  out["cleanup"] = cleanup;
  drop(decoders, "Strip", "content", " ");
  drop(decoders, "Replace", "content", "");
  return out;
}

Json suffixes(Json& decoders, const std::string& suffix) {
  Json out = stage_of("BPEDecoder");
  out["suffix"] = suffix;
  drop(decoders, "Strip", "content", " ");
  return out;
}

}  // namespace

// A constant, or the Slice of one that says whether to skip.
std::vector<int32_t> read_skipped(const GraphReader& reader, const ir::Node& node) {
  if (node.inputs.size() < 5) return {};
  const ir::Node& list = reader.input(node, 4);
  std::vector<int32_t> ids = list.op == ir::Op::Slice ? reader.i32s(list, 0) : reader.i32s(node, 4);
  std::erase_if(ids, [](int32_t id) { return id < 0; });
  return ids;
}

ReadDecoder read_decoder(const GraphReader& reader, const ReadModel& model) {
  ReadDecoder out;
  DecoderReader(reader, out).read();
  const Shown shown = how_shown(model, out.tokens);
  const auto put_first = [&](Json decoder) {
    out.decoders.insert(out.decoders.begin(), std::move(decoder));
  };
  if (shown == Shown::otherwise)
    bad_input("{}: shows tokens in a way that Hearth cannot read", reader.source());
  if (shown == Shown::as_stored && model.byte_level) put_first(stage_of("ByteLevel"));
  if (shown == Shown::with_spaces) {
    put_first(metaspace(out.decoders));
    if (model.model.value("byte_fallback", false)) put_first(stage_of("ByteFallback"));
  }
  if (shown == Shown::with_suffix)
    put_first(suffixes(out.decoders, model.model.value("end_of_word_suffix", "")));
  if (shown == Shown::as_word_pieces || shown == Shown::as_clean_word_pieces)
    put_first(word_pieces(out.decoders, model.model.value("continuing_subword_prefix", "##"),
                          shown == Shown::as_clean_word_pieces));
  out.joins_words = shown == Shown::as_words;
  return out;
}

}  // namespace hearth::frontends
