// Every stage beside the Rust package: tests/golden/tokenizer/stages.json, which
// tools/make_tokenizer_goldens.py writes.
#include "text/stages.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "hearth/exception.hpp"

namespace hearth::text {
namespace {

// Decoders' last step.
class Collect : public DecodeStep {
 public:
  explicit Collect(std::string& out) : out_(out) {}
  void text(std::string_view chunk) override { out_ += chunk; }
  void end_token() override {}
  void end() override {}

 private:
  std::string& out_;
};

Json normalize(const StageConfig& config, const Json& given) {
  NormalizedText text;
  text.assign(given.get<std::string>(), 0, false);
  make_normalizer(config)->apply(text);
  return text.text();
}

Json pre_tokenize(const StageConfig& config, const Json& given) {
  const auto stage = make_pre_tokenizer(config);
  NormalizedText text;
  text.assign(given.get<std::string>(), 0, stage->needs_origin());
  Pieces pieces;
  pieces.reset(text.text().size());
  pieces.add_text(text.text(), text.origins());
  stage->apply(pieces);
  Json out = Json::array();
  for (const Piece& piece : pieces.list()) out.push_back(std::string(pieces.text(piece)));
  return out;
}

Json decode(const StageConfig& config, const Json& tokens) {
  std::string out;
  const auto step = make_decoder(config)->start(std::make_unique<Collect>(out));
  for (const Json& token : tokens) {
    step->text(token.get<std::string>());
    step->end_token();
  }
  step->end();
  return out;
}

TEST(Stages, DoWhatTheRustPackageDoes) {
  const Json golden =
      read_json_file(std::string(HEARTH_SOURCE_DIR) + "/tests/golden/tokenizer/stages.json");
  for (const Json& stage : golden["stages"]) {
    SCOPED_TRACE(stage["config"].dump().substr(0, 300));
    const StageConfig config{JsonObject(stage["config"], "golden")};
    for (const Json& one : stage["cases"]) {
      const std::string kind = stage["kind"];
      const Json got = kind == "normalizer"      ? normalize(config, one[0])
                       : kind == "pre_tokenizer" ? pre_tokenize(config, one[0])
                                                 : decode(config, one[0]);
      if (!one[1].is_null()) {
        EXPECT_EQ(got, one[1]) << "given " << one[0].dump();
      }
    }
  }
}

struct Refusal {
  const char* config;
  const char* says;  // part of the message
};

template <typename Make>
void expect_refusals(std::initializer_list<Refusal> refusals, Make make) {
  for (const Refusal& refusal : refusals) {
    const Json json = Json::parse(refusal.config);
    try {
      make(StageConfig{JsonObject(json, "tokenizer.json", "stage")});
      ADD_FAILURE() << "accepted " << refusal.config;
    } catch (const Exception& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      EXPECT_NE(std::string(e.what()).find(refusal.says), std::string::npos) << e.what();
      EXPECT_EQ(std::string(e.what()).rfind("tokenizer.json: ", 0), 0u) << e.what();
    }
  }
}

TEST(Stages, RefuseUnknownNormalizers) {
  expect_refusals({{R"({"type":"Nfc"})", "stage.type is \"Nfc\""},
                   {R"({})", "stage.type is missing"},
                   {R"({"type":"Sequence"})", "stage.normalizers should be a list"},
                   {R"({"type":"Sequence","normalizers":[{"type":"X"}]})",
                    "stage.normalizers[0].type is \"X\""},
                   {R"({"type":"Strip","strip_left":1,"strip_right":true})", "strip_left"},
                   {R"({"type":"Replace","pattern":{"Glob":"a"},"content":""})", "\"String\""},
                   {R"({"type":"Precompiled","precompiled_charsmap":"?"})", "is not base64"},
                   {R"({"type":"Precompiled","precompiled_charsmap":"AAAA"})", "is broken"}},
                  make_normalizer);
}

TEST(Stages, RefuseUnknownPreTokenizers) {
  expect_refusals(
      {{R"({"type":"Scripts"})", "known are"},
       {R"({"type":"Punctuation","behavior":"Left"})", "is none of Removed, Isolated"},
       {R"({"type":"Metaspace","replacement":"ab"})", "exactly one character"},
       {R"({"type":"Metaspace","replacement":"_","prepend_scheme":"often"})", "none of first"},
       {R"({"type":"Metaspace","replacement":"_","prepend_scheme":"first",
            "add_prefix_space":false})",
        "contradicts prepend_scheme"},
       {R"({"type":"FixedLength","length":0})", "outside of 1"},
       {R"({"type":"Split","pattern":{"Regex":"("},"behavior":"Removed","invert":false})",
        "a group without )"},
       {R"({"type":"Split","pattern":{"String":"a"},"behavior":"Removed"})", "invert is missing"}},
      make_pre_tokenizer);
}

TEST(Stages, RefuseUnknownDecodersAndPostProcessors) {
  expect_refusals({{R"({"type":"Strip","content":" ","start":-1,"stop":0})", "outside of 0"},
                   {R"({"type":"WordPiece","prefix":"##"})", "cleanup is missing"},
                   {R"({"type":"Sequence","decoders":[1]})", "decoders[0] should be an object"}},
                  make_decoder);
  expect_refusals(
      {{R"({"type":"BertProcessing","sep":["a"],"cls":["b",1]})", "a token and its id"},
       {R"({"type":"TemplateProcessing","single":[{"Sequence":{"id":"B","type_id":0}}],
            "special_tokens":{}})",
        "has only \"A\""},
       {R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],
            "special_tokens":{}})",
        "has no \"x\""},
       // twenty of these in a sequence would make a million ids of one
       {R"({"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},
            {"Sequence":{"id":"A","type_id":0}}],"special_tokens":{}})",
        "the sequence twice"},
       {R"({"type":"Sequence","processors":[{"type":"Sequence"}]})", "processors[0].processors"}},
      make_post_processor);
}

TEST(Stages, RefuseATemplateOfManySpecialTokens) {
  Json json = {{"type", "TemplateProcessing"}, {"single", Json::array()}};
  for (int i = 0; i < 100; ++i) json["single"].push_back({{"SpecialToken", {{"id", "x"}}}});
  json["special_tokens"]["x"]["ids"] = std::vector<int>(100, 1);
  EXPECT_THROW(make_post_processor(StageConfig{JsonObject(json, "x")}), Exception);
}

TEST(Stages, DoNotGrowWithoutBound) {
  std::string stages;
  for (int i = 0; i < 40; ++i)
    stages += std::string(i == 0 ? "" : ",") +
              R"({"type":"Replace","pattern":{"String":"a"},"content":"aaaa"})";
  const Json json = Json::parse(R"({"type":"Sequence","normalizers":[)" + stages + "]}");
  const auto stage = make_normalizer(StageConfig{JsonObject(json, "x")});
  NormalizedText text;
  text.assign("aaaa", 0, false);
  EXPECT_THROW(stage->apply(text), Exception);
}

TEST(Stages, DecodersDoNotGrowWithoutBound) {
  Json inner = {{"type", "Sequence"}, {"decoders", Json::array()}};
  for (int i = 0; i < 7; ++i)
    inner["decoders"].push_back(
        {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aaaa"}});
  Json outer = {{"type", "Sequence"}, {"decoders", Json::array()}};
  for (int i = 0; i < 8; ++i) outer["decoders"].push_back(inner);
  EXPECT_EQ(decode(StageConfig{JsonObject(inner, "x")}, {"a"}).get<std::string>().size(), 16384u);
  EXPECT_THROW(decode(StageConfig{JsonObject(outer, "x")}, {"a"}), Exception);
  const Json long_content = {{"type", "Replace"},
                             {"pattern", {{"String", "a"}}},
                             {"content", std::string(size_t{1} << 20, 'b')}};
  EXPECT_THROW(
      decode(StageConfig{JsonObject(long_content, "x")}, {std::string(size_t{1} << 16, 'a')}),
      Exception);
}

}  // namespace
}  // namespace hearth::text
