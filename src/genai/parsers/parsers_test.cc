#include <gtest/gtest.h>

#include "hearth/genai/llm_pipeline.hpp"
#include "hearth/genai/parsers.hpp"

namespace hearth::genai {
namespace {

const std::string kTemplate = "{{ messages[0].content }}<think></think><tool_call>";
const std::string kAnswer =
    "<think>Hm.</think>See:\n<tool_call>{\"name\": \"f\", \"arguments\": {\"n\": 1}}</tool_call>\n"
    "<tool_call>{\"name\": \"g\", \"arguments\": {\"s\": \"é\"}}</tool_call>";

const std::filesystem::path kModel =
    std::filesystem::path(HEARTH_SOURCE_DIR) / "models/hearth-tiny";

class Collecting : public TextParserStreamer {
 public:
  using TextParserStreamer::TextParserStreamer;
  using TextParserStreamer::write;
  StreamingStatus write(JsonContainer& message) override {
    pieces.push_back(message);
    return StreamingStatus::RUNNING;
  }
  std::vector<JsonContainer> pieces;
};

JsonContainer streamed(const std::shared_ptr<IncrementalParser>& parser, const std::string& text) {
  const Tokenizer tokenizer(kModel);
  const TokenizedInputs tokens = tokenizer.encode(text, add_special_tokens(false));
  Collecting streamer(tokenizer, {parser});
  const auto* ids = tokens.input_ids.data<int64_t>();
  for (size_t i = 0; i < tokens.input_ids.get_size(); ++i) streamer.write(ids[i]);
  streamer.end();
  return streamer.get_parsed_message();
}

TEST(Parsers, ChatTemplateParserTakesThePartsOut) {
  JsonContainer message = {{"content", kAnswer}};
  ChatTemplateParser(kTemplate).parse(message);
  EXPECT_EQ(message.to_json_string(),
            R"({"content":"See:","reasoning_content":"Hm.","tool_calls":[{"name":"f",)"
            R"("arguments":{"n":1}},{"name":"g","arguments":{"s":"é"}}]})");
}

TEST(Parsers, StreamsAddUpToTheSameParts) {
  const JsonContainer message =
      streamed(std::make_shared<ChatTemplateIncrementalParser>(kTemplate), kAnswer);
  EXPECT_EQ(message["content"].as_string(), "See:");
  EXPECT_EQ(message["reasoning_content"].as_string(), "Hm.");
  EXPECT_EQ(message["tool_calls"].to_json_string(),
            R"([{"index":0,"name":"f","arguments":"{\"n\": 1}"},)"
            R"({"index":1,"name":"g","arguments":"{\"s\": \"é\"}"}])");
}

TEST(Parsers, AWithdrawnCallBecomesContent) {
  const std::string text = "<tool_call>{\"name\": \"f\", \"arguments\": {\"n\": oops!";
  const JsonContainer message =
      streamed(std::make_shared<ChatTemplateIncrementalParser>(kTemplate), text);
  EXPECT_EQ(message["content"].as_string(), text);
  EXPECT_EQ(message["tool_calls"].size(), 0u);
}

TEST(Parsers, ReasoningStreams) {
  const auto parser = std::make_shared<ReasoningIncrementalParser>(true, false);
  JsonContainer message = streamed(parser, "<think>ab cd</think>ef <th");
  EXPECT_EQ(message["content"].as_string(), "ef <th");
  EXPECT_EQ(message["reasoning_content"].as_string(), "ab cd");
  parser->reset();
  message = streamed(parser, "plain <thin");  // what is held back comes at the end
  EXPECT_EQ(message["content"].as_string(), "plain <thin");
}

TEST(Parsers, APipelineParsesItsAnswers) {
  LLMPipeline pipeline(kModel, "CPU");
  GenerationConfig config = pipeline.get_generation_config();
  config.max_new_tokens = 6;
  EXPECT_TRUE(pipeline.generate("Hello!", config).parsed.empty());
  config.parsers = {std::make_shared<DeepSeekR1ReasoningParser>()};
  const DecodedResults results = pipeline.generate("Hello!", config);
  ASSERT_EQ(results.parsed.size(), 1u);
  EXPECT_EQ(results.parsed[0]["reasoning_content"].as_string(), results.texts[0]);
  const DecodedResults same =
      pipeline.generate("Hello!", max_new_tokens(6), parsers(config.parsers));
  EXPECT_EQ(same.parsed, results.parsed);
  EXPECT_THROW(pipeline.generate("Hello!", AnyMap{{"parsers", "none"}}), Exception);
}

TEST(Parsers, AnIdBehindTheArguments) {
  const JsonContainer message = streamed(
      std::make_shared<ChatTemplateIncrementalParser>(std::string("[TOOL_CALLS]")),
      R"([TOOL_CALLS][{"name": "f", "arguments": {"a": 1}, "id": "abc"}, {"name": "g", "id": "d",)"
      R"("arguments": {}}])");
  EXPECT_EQ(message["tool_calls"].to_json_string(),
            R"([{"index":0,"name":"f","arguments":"{\"a\": 1}","id":"abc"},)"
            R"({"index":1,"name":"g","id":"d","arguments":"{}"}])");
}

TEST(Parsers, PythonicCallsOfEveryKind) {
  JsonContainer message = {{"content", "[f(a=[1, None]), g()]"}};
  Llama3PythonicToolParser().parse(message);
  EXPECT_EQ(message["tool_calls"].to_json_string(),
            R"([{"name":"f","arguments":{"a":[1,null]}},{"name":"g","arguments":{}}])");
}

}  // namespace
}  // namespace hearth::genai
