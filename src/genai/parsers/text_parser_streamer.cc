#include <algorithm>

#include "genai/json_value.h"
#include "hearth/genai/parsers.hpp"

namespace hearth::genai {
namespace {

/// A piece of a tool call: begins one, goes on one, or takes back the last ones.
void add_call(Json& calls, const Json& piece) {
  const auto index = [](const Json& call) { return call.value("index", size_t{0}); };
  if (piece.contains("withdrawn")) {
    while (!calls.empty() && index(calls.back()) >= index(piece)) calls.erase(calls.size() - 1);
  } else if (!calls.empty() && piece.contains("index") && index(calls.back()) == index(piece) &&
             !piece.contains("name")) {
    for (const auto& [key, value] : piece.items())
      if (key == "arguments")
        calls.back()[key] = calls.back().value(key, std::string()) + value.get<std::string>();
      else
        calls.back()[key] = value;
  } else {
    calls.push_back(piece);
  }
}

void add_message(Json& sum, const Json& delta) {
  for (const auto& [key, value] : delta.items()) {
    if (key == "tool_calls" && value.is_array()) {
      if (!sum.contains(key)) sum[key] = Json::array();
      for (const Json& piece : value) add_call(sum[key], piece);
    } else if (value.is_string() && sum.contains(key) && sum[key].is_string()) {
      sum[key] = sum[key].get<std::string>() + value.get<std::string>();
    } else {
      sum[key] = value;
    }
  }
}

}  // namespace

TextParserStreamer::TextParserStreamer(const Tokenizer& tokenizer,
                                       std::vector<std::shared_ptr<IncrementalParser>> incremental,
                                       const AnyMap& detokenization_params)
    : TextStreamer(
          tokenizer, [this](std::string text) { return hand_on(std::move(text)); },
          detokenization_params),
      parsers_(std::move(incremental)) {}

StreamingStatus TextParserStreamer::hand_on(std::string text) {
  JsonContainer delta;
  for (const auto& parser : parsers_) text = parser->parse(delta, text);
  delta.set("content", text);
  const StreamingStatus status = deliver(delta);
  for (const auto& parser : parsers_)
    if (status == StreamingStatus::RUNNING && parser->get_status() != StreamingStatus::RUNNING)
      return parser->get_status();
  return status;
}

StreamingStatus TextParserStreamer::deliver(JsonContainer& delta) {
  add_message(message_.impl().value, to_json(delta));
  return write(delta);
}

void TextParserStreamer::end() {
  TextStreamer::end();
  JsonContainer delta;
  std::string text;
  for (const auto& parser : parsers_) {
    if (!text.empty()) text = parser->parse(delta, text);
    text += parser->end(delta);
  }
  if (text.empty() && delta.empty()) return;
  delta.set("content", text);
  deliver(delta);
}

void TextParserStreamer::reset() {
  message_ = JsonContainer();
  for (const auto& parser : parsers_) parser->reset();
}

}  // namespace hearth::genai
