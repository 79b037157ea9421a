#include "genai/json_value.h"
#include "hearth/genai/parsers.hpp"
#include "text/answers/python_calls.h"

namespace hearth::genai {
namespace {

/// From the first `open` to the last `close`; "" where there is none.
std::string enclosed(const std::string& text, char open, char close) {
  const size_t begin = text.find(open), end = text.rfind(close);
  if (begin == std::string::npos || end == std::string::npos || end < begin) return "";
  return text.substr(begin, end + 1 - begin);
}

}  // namespace

void Llama3JsonToolParser::parse(JsonContainer& message) {
  const std::string json = enclosed(message["content"].as_string().value_or(""), '{', '}');
  if (json.empty()) return;
  message.set("tool_calls", to_container(Json::array({parse_json(json, "tool call")})));
}

void Llama3PythonicToolParser::parse(JsonContainer& message) {
  const std::string list = enclosed(message["content"].as_string().value_or(""), '[', ']');
  Json calls = Json::array();
  for (const text::Answer::Call& call : text::read_python_calls(list))
    calls.push_back({{"name", call.name}, {"arguments", parse_json(call.arguments, "tool call")}});
  if (!calls.empty()) message.set("tool_calls", to_container(std::move(calls)));
}

}  // namespace hearth::genai
