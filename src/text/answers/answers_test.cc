#include <gtest/gtest.h>

#include <random>

#include "text/answers/answer_parser.h"

namespace hearth::text {
namespace {

struct Case {
  std::string format;
  std::string text;
  std::string content;
  std::string reasoning;
  std::vector<Answer::Call> calls;
  std::string prompt = "";
};

const Json kTools = Json::parse(R"([{"type": "function", "function": {"name": "f", "parameters":
    {"type": "object", "properties": {"s": {"type": "string"}, "n": {"type": ["integer", "null"]},
    "x": {"anyOf": [{"type": "number"}, {"type": "boolean"}]}, "o": {"type": "object"}}}}},
    {"type": "function", "function": {"name": "g"}}])");
// What a template of any format may have in it: tags of reasoning and ends of turns.
constexpr std::string_view kTemplate = "<think> </think> <|im_end|> <response>";

std::vector<Case> text_cases() {
  return {
      {"plain", " a <tool_call> b\n", " a <tool_call> b\n", "", {}},
      {"plain", "<think>\nwhy\n</think>\n\nbecause <think>", "because <think>", "why", {}},
      {"plain", "why </think> so", "so", "why", {}, "user <think>\n"},
      {"plain", "<think>why</think>so", "so", "why", {}, "<think>\n"},
      {"plain", "\n\nso", "so", "", {}, "<think>\n\n</think>\n\n"},
      {"plain", "<think>cut ", "", "cut ", {}},
      {"plain", "so<|im_end|>", "so", "", {}},
  };
}

std::vector<Case> hermes_cases() {
  return {
      {"hermes",
       "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"n\": [1, \"}\"]}}\n</tool_call>",
       "",
       "",
       {{"", "f", R"({"n": [1, "}"]})"}}},
      {"hermes",
       "See:\n<tool_call>{\"arguments\": {\"n\":1}, \"name\": \"f\"}</tool_call>\n<tool_call>"
       "{\"name\": \"g\", \"id\": \"7\"}</tool_call>\nDone.",
       "See:\nDone.",
       "",
       {{"", "f", R"({"n":1})"}, {"7", "g", "{}"}}},
      {"hermes",
       R"(<tool_call>{"name": "f", "arguments": "{\"n\": 1}"}</tool_call>)",
       "",
       "",
       {{"", "f", R"({"n": 1})"}}},
      {"hermes",
       R"(<tool_call>{"type": "function", "function": {"name": "f", "arguments": {}}})",
       "",
       "",
       {{"", "f", "{}"}}},
      {"hermes",
       "<think>a<tool_call>b</think><tool_call>[{\"name\": \"f\"}, {\"name\": \"g\"}]",
       "",
       "a<tool_call>b",
       {{"", "f", "{}"}, {"", "g", "{}"}}},
      // Malformed: the text comes back, blanks and all, and calls already begun are taken back.
      {"hermes",
       "a \n<tool_call>{\"name\": \"f\", \"arguments\": {\"n\": 1}",
       "a \n<tool_call>{\"name\": "
       "\"f\", \"arguments\": {\"n\": 1}",
       "",
       {}},
      {"hermes",
       "<tool_call>{\"name\": \"f\", \"arguments\": {\"n\": 01}}</tool_call>",
       "<tool_call>{\"name\": \"f\", \"arguments\": {\"n\": 01}}</tool_call>",
       "",
       {}},
      {"hermes",
       "<tool_call>[{\"name\": \"f\", \"arguments\": {}}, oops] <tool_call>{\"name\": \"g\"}",
       "<tool_call>[{\"name\": \"f\", \"arguments\": {}}, oops]",
       "",
       {{"", "g", "{}"}}},
      {"hermes", "<tool_call> no <tool", "<tool_call> no <tool", "", {}},
      {"hermes",
       R"(<tool_call>{"name": "f", "arguments": [1]})",
       R"(<tool_call>{"name": "f", "arguments": [1]})",
       "",
       {}},
  };
}

std::vector<Case> llama_and_mistral_cases() {
  return {
      {"llama3",
       R"({"name": "f", "parameters": {"n": 1}}; {"name": "g", "parameters": {}})",
       "",
       "",
       {{"", "f", R"({"n": 1})"}, {"", "g", "{}"}}},
      {"llama3", R"({"name": "Ann", "age": 3})", R"({"name": "Ann", "age": 3})", "", {}},
      {"llama3",
       R"({"name": "h", "parameters": {}})",
       R"({"name": "h", "parameters": {}})",
       "",
       {}},
      {"llama3",
       R"(Use {"name": "f", "parameters": {}})",
       R"(Use {"name": "f", "parameters": {}})",
       "",
       {}},
      {"llama3",
       "[f(n=-1, s='it\\'s', o={'k': [None, True, .5]}), g()]",
       "",
       "",
       {{"", "f", R"({"n": -1, "s": "it's", "o": {"k": [null, true, 0.5]}})"}, {"", "g", "{}"}}},
      {"llama3", "[1] and [f(1)]", "[1] and [f(1)]", "", {}},
      {"llama3", "<|python_tag|>web.call(q=\"a\\u00e9\")", "", "", {{"", "web", R"({"q": "aé"})"}}},
      {"llama3", "<|python_tag|>print(1)", "<|python_tag|>print(1)", "", {}},
      {"mistral",
       R"(Hm.[TOOL_CALLS] [{"name": "f", "arguments": {"n": 1}, "id": "abcdefghi"}])",
       "Hm.",
       "",
       {{"abcdefghi", "f", R"({"n": 1})"}}},
      {"mistral",
       R"([TOOL_CALLS]f[CALL_ID]abc[ARGS]{"n": 1}[TOOL_CALLS]g[ARGS]{})",
       "",
       "",
       {{"abc", "f", R"({"n": 1})"}, {"", "g", "{}"}}},
      {"mistral", "[TOOL_CALLS]f{}", "[TOOL_CALLS]f{}", "", {}},
  };
}

std::vector<Case> marker_cases() {
  return {
      {"deepseek",
       "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"n\": 1}<｜tool▁call▁end｜>"
       "<｜tool▁calls▁end｜>",
       "",
       "",
       {{"", "f", R"({"n": 1})"}}},
      {"deepseek",
       "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f{}",
       "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f{}",
       "",
       {}},
      {"deepseek", "a<｜tool▁calls▁begin｜> b", "a<｜tool▁calls▁begin｜> b", "", {}},
      {"kimi_k2",
       "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0"
       "<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
       "",
       "",
       {{"functions.f:0", "f", "{}"}}},
      {"phi4_mini",
       R"(<|tool_call|>[{"name": "f", "arguments": {"n": 1}}]<|/tool_call|>)",
       "",
       "",
       {{"", "f", R"({"n": 1})"}}},
      {"phi4_mini", R"(functools[{"name": "f", "arguments": {}}])", "", "", {{"", "f", "{}"}}},
      {"phi4_mini", "functools are fun", "functools are fun", "", {}},
      {"granite",
       R"(<|tool_call|>[{"name": "f", "arguments": {"n": 1}}])",
       "",
       "",
       {{"", "f", R"({"n": 1})"}}},
      {"granite", "<think>a</think><response>b</response>", "b", "a", {}},
      {"command_r7b",
       R"(<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "f", "parameters": {}}])"
       "<|END_ACTION|>",
       "",
       "",
       {{"0", "f", "{}"}}},
      {"lfm2",
       "<|tool_call_start|>[f(s=\"a, b)\")]<|tool_call_end|>Calling.",
       "Calling.",
       "",
       {{"", "f", R"J({"s": "a, b)"})J"}}},
      {"functionary",
       R"(<function=f>{"n": 1}l</function>)",
       "l</function>",
       "",
       {{"", "f", R"({"n": 1})"}}},
      {"functionary",
       R"(<function=f>{"n": 1}</function><function=g>{}</function>)",
       "",
       "",
       {{"", "f", R"({"n": 1})"}, {"", "g", "{}"}}},
      {"functionary",
       "<|python_tag|>x = \"1\"\nx",
       "",
       "",
       {{"", "python", R"({"code": "x = \"1\"\nx"})"}}},
  };
}

std::vector<Case> notation_cases() {
  return {
      // Text becomes what the schema allows; without a schema, what it is.
      {"qwen3_coder",
       "<tool_call>\n<function=f>\n<parameter=s>\n\n12\n</parameter>\n<parameter=n>\nNone\n"
       "</parameter>\n<parameter=x>\nTrue\n</parameter>\n<parameter=o>\n{\"a\": 1}\n</parameter>\n"
       "<parameter=z>\n3\n</parameter>\n</function>\n</tool_call>",
       "",
       "",
       {{"", "f", R"({"s": "\n12", "n": null, "x": true, "o": {"a":1}, "z": 3})"}}},
      {"qwen3_coder",
       "<function=g>\n<parameter=n>\none\n</parameter>\n</function>\n</tool_call>",
       "",
       "",
       {{"", "g", R"({"n": "one"})"}}},
      {"qwen3_coder",
       "<tool_call>\n<function=f>\n<parameter=s>",
       "<tool_call>\n<function=f>\n<parameter=s>",
       "",
       {}},
      {"glm",
       "\n<tool_call>f\n<arg_key>n</arg_key>\n<arg_value>12</arg_value>\n</tool_call>",
       "",
       "",
       {{"", "f", R"({"n": 12})"}}},
      {"glm", "<tool_call>g</tool_call>", "", "", {{"", "g", "{}"}}},
      // A value with its own closing tag in it.
      {"qwen3_coder",
       "<tool_call>\n<function=g>\n<parameter=a>\nx</parameter>y\n</parameter>\n<parameter=b>\nz\n"
       "</parameter>\n</function>\n</tool_call>",
       "",
       "",
       {{"", "g", R"({"a": "x", "b": "z"})"}}},
      {"glm",
       "<tool_call>g\n<arg_key>a</arg_key>\n<arg_value>x</arg_value>y</arg_value>\n"
       "<arg_key>b</arg_key><arg_value>z</arg_value></tool_call>",
       "",
       "",
       {{"", "g", R"({"a": "x", "b": "z"})"}}},
      {"minimax",
       "<minimax:tool_call>\n<invoke name=\"g\">\n<parameter "
       "name=\"a\">x</parameter>y</parameter>\n"
       "</invoke>\n</minimax:tool_call>",
       "",
       "",
       {{"", "g", R"({"a": "x"})"}}},
      {"gemma4",
       "<|tool_call>call:f{s:<|\"|>a}, b<|\"|>,o:{k:[1,true]}}<tool_call|>",
       "",
       "",
       {{"", "f", R"({"s": "a}, b", "o": {"k": [1, true]}})"}}},
      {"harmony",
       "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>"
       "Yes.<|return|>",
       "Yes.",
       "Hm.",
       {}},
      {"harmony",
       "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{\"n\": 1}<|call|>",
       "",
       "",
       {{"", "f", R"({"n": 1})"}}},
      {"harmony",
       " to=functions.f<|channel|>commentary json<|message|>{\"n\": 1}",
       "",
       "",
       {{"", "f", R"({"n": 1})"}}},
      {"harmony",
       "<|channel|>commentary to=functions.f<|message|>{\"n\": <|call|>",
       "<|channel|>commentary to=functions.f<|message|>{\"n\": ",
       "",
       {}},
      {"harmony",
       "<|channel|>commentary to=functions.f<|message|><|call|>",
       "",
       "",
       {{"", "f", "{}"}}},
      {"harmony",
       "<|channel|>commentary to=functions.f<|message|>",
       "<|channel|>commentary to=functions.f<|message|>",
       "",
       {}},
      {"harmony",
       "<|channel|>commentary to=functions.<|message|>{}<|call|>",
       "<|channel|>commentary to=functions.<|message|>{}",
       "",
       {}},
      {"harmony", "Just text.", "Just text.", "", {}},
      {"harmony", "to be or not", "to be or not", "", {}},
  };
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& part :
       {text_cases(), hermes_cases(), llama_and_mistral_cases(), marker_cases(), notation_cases()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::unique_ptr<AnswerParser> parser_of(const std::string& format, const std::string& prompt) {
  return make_answer_parser_of(format, kTemplate, {kTools, prompt});
}

Answer in_pieces(AnswerParser& parser, std::string_view text, std::mt19937& random,
                 size_t longest) {
  AnswerCollector collector;
  while (!text.empty()) {
    const size_t size = std::min<size_t>(1 + random() % longest, text.size());
    collector.add(parser.put(text.substr(0, size)));
    text.remove_prefix(size);
  }
  collector.add(parser.end());
  return collector.answer();
}

void expect_same(const Answer& a, const Answer& b, const std::string& what) {
  EXPECT_EQ(a.content, b.content) << what;
  EXPECT_EQ(a.reasoning, b.reasoning) << what;
  ASSERT_EQ(a.calls.size(), b.calls.size()) << what;
  for (size_t i = 0; i < a.calls.size(); ++i) {
    EXPECT_EQ(a.calls[i].name, b.calls[i].name) << what;
    EXPECT_EQ(a.calls[i].arguments, b.calls[i].arguments) << what;
    EXPECT_EQ(a.calls[i].id, b.calls[i].id) << what;
  }
}

TEST(Answers, PartsOfEveryFormat) {
  for (const Case& c : cases())
    expect_same(parse_answer(*parser_of(c.format, c.prompt), c.text),
                {c.content, c.reasoning, c.calls}, c.format + ": " + c.text);
}

TEST(Answers, PiecesMakeNoDifference) {
  std::mt19937 random(1);
  std::string alphabet;
  for (const Case& c : cases()) alphabet += c.text;
  for (const Case& c : cases()) {
    std::string text = c.text;
    for (int round = 0; round < 40; ++round) {
      const Answer whole = parse_answer(*parser_of(c.format, c.prompt), text);
      for (const size_t longest : {1, 3, 20}) {
        const auto parser = parser_of(c.format, c.prompt);
        expect_same(in_pieces(*parser, text, random, longest), whole, c.format + ": " + text);
      }
      // The next round's text is damaged: something cut out, or put in from elsewhere.
      const size_t at = random() % (text.size() + 1);
      if (random() % 2 == 0)
        text.erase(at, random() % 6);
      else
        text.insert(at, alphabet.substr(random() % alphabet.size(), random() % 24));
      if (text.empty()) text = c.text;
    }
  }
}

TEST(Answers, ArgumentsComeBeforeTheCallIsComplete) {
  const auto parser = parser_of("hermes", "");
  using Kind = AnswerDelta::Kind;
  EXPECT_EQ(parser->put("Hm. <tool_"), (std::vector<AnswerDelta>{{Kind::content, "Hm."}}));
  EXPECT_EQ(parser->put("call>{\"name\": \"f\", \"arguments\": {\"s\": \"lo"),
            (std::vector<AnswerDelta>{{Kind::call, "f", 0}, {Kind::arguments, "{\"s\": \"lo", 0}}));
  EXPECT_EQ(parser->put("ng\"}}</tool_call>"),
            (std::vector<AnswerDelta>{{Kind::arguments, "ng\"}", 0}}));
  EXPECT_TRUE(parser->end().empty());
}

TEST(Answers, MalformedCallsAreWithdrawn) {
  const auto parser = parser_of("hermes", "");
  using Kind = AnswerDelta::Kind;
  parser->put("<tool_call>{\"name\": \"f\", \"arguments\": {");
  EXPECT_EQ(parser->put("oops!"),
            (std::vector<AnswerDelta>{
                {Kind::arguments, "oops", 0},
                {Kind::withdraw, "", 0},
                {Kind::content, "<tool_call>{\"name\": \"f\", \"arguments\": {oops!"}}));
}

// The JSON library takes a zero for the end of its input.
TEST(Answers, ZerosAreNoJson) {
  using namespace std::string_view_literals;
  AnswerCollector collector;
  const auto parser = parser_of("gemma4", "");
  collector.add(parser->put("<|tool_call>call:f{k:[true,null\0\0]}<tool_call|>"sv));
  collector.add(parser->end());
  EXPECT_TRUE(collector.answer().calls.empty());
}

// Every kind of beginning over and over: quadratic work would show as minutes.
TEST(Answers, LongInputIsReadInLinearTime) {
  for (const std::string_view format : answer_formats())
    for (const std::string part : {"<tool_call>", "{", "[", "[f(", " ", "<", "<think>",
                                   "[TOOL_CALLS]", "<|tool_call|>", "<function=", "<|start|>",
                                   "<｜tool▁call▁begin｜>", "{\"name\": \"f\", \"arguments\": {"}) {
      std::string text;
      while (text.size() < 60'000) text += part;
      const auto parser = make_answer_parser_of(format, kTemplate, {kTools, ""});
      AnswerCollector collector;
      for (size_t at = 0; at < text.size(); at += 7)
        collector.add(parser->put(std::string_view(text).substr(at, 7)));
      collector.add(parser->end());
      EXPECT_LE(collector.answer().content.size(), text.size());
    }
}

TEST(Answers, FormatsAreChosenFromTheTemplate) {
  EXPECT_EQ(answer_format("{{ '<tool_call>' }}"), "hermes");
  EXPECT_EQ(answer_format("<|channel|> <|message|>"), "harmony");
  EXPECT_EQ(answer_format("<|tool|>{{ tools }}<|/tool|>"), "phi4_mini");
  EXPECT_EQ(answer_format("<|start_header_id|>{% if tool_calls %}"), "llama3");
  EXPECT_EQ(answer_format("{{ messages }}"), "plain");
  EXPECT_FALSE(make_answer_parser("{{ '<tool_call>' }}")->needs_special_tokens());
  EXPECT_TRUE(make_answer_parser("[TOOL_CALLS]")->needs_special_tokens());
}

TEST(Answers, TheTemplateSaysThatAnAnswerBeginsInReasoning) {
  const std::string opens =
      "{{ messages[0].content }}</think>{% if add_generation_prompt %}<think>\n{% endif %}";
  const Answer answer = parse_answer(*make_answer_parser(opens), "Hm.\n</think>\n\nYes.");
  EXPECT_EQ(answer.reasoning, "Hm.");
  EXPECT_EQ(answer.content, "Yes.");
}

}  // namespace
}  // namespace hearth::text
