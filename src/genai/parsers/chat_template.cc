#include "genai/json_value.h"
#include "hearth/genai/parsers.hpp"
#include "text/answers/answer_parser.h"

namespace hearth::genai {
namespace {

std::unique_ptr<text::AnswerParser> make_parser(const std::string& chat_template,
                                                const JsonContainer& tools,
                                                const std::optional<std::string>& prompt) {
  return text::make_answer_parser(chat_template, {to_json(tools), prompt});
}

/// Adds deltas to a message; returns the content.
std::string add_deltas(const std::vector<text::AnswerDelta>& deltas, Json& message) {
  using Kind = text::AnswerDelta::Kind;
  std::string content, reasoning;
  for (const text::AnswerDelta& delta : deltas) {
    if (delta.kind == Kind::content) content += delta.text;
    if (delta.kind == Kind::reasoning) reasoning += delta.text;
    Json call = {{"index", delta.call}};
    if (delta.kind == Kind::call) call["name"] = delta.text;
    if (delta.kind == Kind::call && !delta.id.empty()) call["id"] = delta.id;
    if (delta.kind == Kind::id) call["id"] = delta.text;
    if (delta.kind == Kind::arguments) call["arguments"] = delta.text;
    if (delta.kind == Kind::withdraw) call["withdrawn"] = true;
    if (call.size() > 1) message["tool_calls"].push_back(std::move(call));
  }
  if (!reasoning.empty()) message["reasoning_content"] = reasoning;
  return content;
}

}  // namespace

ChatTemplateParser::ChatTemplateParser(std::string chat_template, const JsonContainer& tools,
                                       std::optional<std::string> prompt)
    : chat_template_(std::move(chat_template)), tools_(tools), prompt_(std::move(prompt)) {}

bool ChatTemplateParser::needs_special_tokens() const {
  return make_parser(chat_template_, tools_, prompt_)->needs_special_tokens();
}

void ChatTemplateParser::parse(JsonContainer& message) {
  const auto parser = make_parser(chat_template_, tools_, prompt_);
  const text::Answer answer =
      text::parse_answer(*parser, message["content"].as_string().value_or(""));
  Json calls = Json::array();
  for (const text::Answer::Call& call : answer.calls) {
    Json& out = calls.emplace_back(Json{{"name", call.name}});
    out["arguments"] = parse_json(call.arguments, "tool call");
    if (!call.id.empty()) out["id"] = call.id;
  }
  message.set("content", answer.content);
  message.set("reasoning_content", answer.reasoning);
  message.set("tool_calls", to_container(std::move(calls)));
}

struct ChatTemplateIncrementalParser::State {
  std::string chat_template;
  JsonContainer tools;
  std::optional<std::string> prompt;
  std::unique_ptr<text::AnswerParser> parser = nullptr;
};

ChatTemplateIncrementalParser::ChatTemplateIncrementalParser(
    const std::string& chat_template, const JsonContainer& tools,
    const std::optional<std::string>& prompt)
    : state_(std::make_unique<State>(State{chat_template, tools, prompt})) {
  ChatTemplateIncrementalParser::reset();
}

ChatTemplateIncrementalParser::~ChatTemplateIncrementalParser() = default;

void ChatTemplateIncrementalParser::reset() {
  state_->parser = make_parser(state_->chat_template, state_->tools, state_->prompt);
}

bool ChatTemplateIncrementalParser::needs_special_tokens() const {
  return state_->parser->needs_special_tokens();
}

std::string ChatTemplateIncrementalParser::parse(JsonContainer& delta_message,
                                                 std::string& delta_text,
                                                 const std::optional<std::vector<int64_t>>&) {
  return add_deltas(state_->parser->put(delta_text), delta_message.impl().value);
}

std::string ChatTemplateIncrementalParser::end(JsonContainer& delta_message) {
  return add_deltas(state_->parser->end(), delta_message.impl().value);
}

}  // namespace hearth::genai
