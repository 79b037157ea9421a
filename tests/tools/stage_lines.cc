// hearth_stage_probe: runs single stages of a tokenizer. Reads JSON objects from stdin, one a line:
// {"kind": "normalizer" or "pre_tokenizer", "config": {...}, "text"}, {"kind": "decoder", "config",
// "tokens"} or {"kind": "gguf_pre", "name"}; writes {"text"}, {"pieces"}, {"config"} or {"error"}.
#include <iostream>
#include <string>

#include "base/json.h"
#include "text/gguf_vocabulary.h"
#include "text/stages.h"

namespace {

using hearth::Json;
using namespace hearth::text;

Json normalize(const StageConfig& config, const std::string& input) {
  NormalizedText text;
  text.assign(input, 0, false);
  make_normalizer(config)->apply(text);
  return {{"text", text.text()}};
}

Json pre_tokenize(const StageConfig& config, const std::string& input) {
  const auto stage = make_pre_tokenizer(config);
  NormalizedText text;
  text.assign(input, 0, stage->needs_origin());
  Pieces pieces;
  pieces.reset(input.size());
  pieces.add_text(text.text(), text.origins());
  stage->apply(pieces);
  Json out = Json::array();
  for (const Piece& piece : pieces.list()) out.push_back(std::string(pieces.text(piece)));
  return {{"pieces", out}};
}

class Collect : public DecodeStep {
 public:
  explicit Collect(std::string& out) : out_(out) {}
  void text(std::string_view chunk) override { out_ += chunk; }
  void end_token() override {}
  void end() override {}

 private:
  std::string& out_;
};

Json decode(const StageConfig& config, const Json& tokens) {
  const auto stage = make_decoder(config);
  std::string out;
  const auto step = stage->start(std::make_unique<Collect>(out));
  for (const Json& token : tokens) {
    step->text(token.get_ref<const std::string&>());
    step->end_token();
  }
  step->end();
  return {{"text", out}};
}

// The pre-tokenizer that a name in tokenizer.ggml.pre stands for.
Json gguf_pre(const std::string& name) {
  GgufVocabulary vocabulary;
  vocabulary.source = "probe";
  vocabulary.model = "gpt2";
  vocabulary.pre = name;
  vocabulary.tokens = {"a"};
  return {{"config", Json::parse(tokenizer_json_from_gguf(vocabulary)).at("pre_tokenizer")}};
}

Json answer(const Json& line) {
  if (line.at("kind") == "gguf_pre") return gguf_pre(line.at("name"));
  const StageConfig config(hearth::JsonObject(line.at("config"), "probe"));
  const std::string kind = line.at("kind");
  if (kind == "decoder") return decode(config, line.at("tokens"));
  const std::string text = line.at("text");
  return kind == "normalizer" ? normalize(config, text) : pre_tokenize(config, text);
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    Json out;
    try {
      out = answer(Json::parse(line));
    } catch (const std::exception& e) {
      out = {{"error", e.what()}};
    }
    std::cout << out.dump() << "\n" << std::flush;
  }
  return 0;
}
