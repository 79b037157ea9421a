// Runs the parsers of the public API for tests in other languages: JSON lines {"parser",
// "arguments"?: [expect_open_tag, keep_original_content, open_tag, close_tag], "text" or "pieces"}
// become the message, or for pieces a list of [returned text, delta message], or {"error"}.

#include <functional>
#include <iostream>
#include <map>
#include <string>

#include "base/json.h"
#include "hearth/exception.hpp"
#include "hearth/genai/parsers.hpp"

namespace {

using hearth::Json;
namespace genai = hearth::genai;

template <typename Reasoning>
std::shared_ptr<Reasoning> reasoning(const Json& arguments) {
  return std::make_shared<Reasoning>(arguments.at(0).get<bool>(), arguments.at(1).get<bool>(),
                                     arguments.at(2).get<std::string>(),
                                     arguments.at(3).get<std::string>());
}

std::shared_ptr<genai::Parser> parser_of(const std::string& name, const Json& arguments) {
  if (name == "ReasoningParser") return reasoning<genai::ReasoningParser>(arguments);
  if (name == "DeepSeekR1ReasoningParser")
    return std::make_shared<genai::DeepSeekR1ReasoningParser>();
  if (name == "Phi4ReasoningParser") return std::make_shared<genai::Phi4ReasoningParser>();
  if (name == "Llama3JsonToolParser") return std::make_shared<genai::Llama3JsonToolParser>();
  return std::make_shared<genai::Llama3PythonicToolParser>();
}

std::shared_ptr<genai::IncrementalParser> incremental_of(const std::string& name,
                                                         const Json& arguments) {
  if (name == "ReasoningIncrementalParser")
    return reasoning<genai::ReasoningIncrementalParser>(arguments);
  if (name == "DeepSeekR1ReasoningIncrementalParser")
    return std::make_shared<genai::DeepSeekR1ReasoningIncrementalParser>();
  return std::make_shared<genai::Phi4ReasoningIncrementalParser>();
}

Json json_of(const genai::JsonContainer& value) { return Json::parse(value.to_json_string()); }

Json probe(const Json& request) {
  const std::string name = request.at("parser");
  const Json arguments = request.value("arguments", Json::array());
  if (request.contains("text")) {
    genai::JsonContainer message;
    message.set("content", request["text"].get<std::string>());
    parser_of(name, arguments)->parse(message);
    return json_of(message);
  }
  const auto parser = incremental_of(name, arguments);
  Json out = Json::array();
  for (const Json& piece : request.at("pieces")) {
    genai::JsonContainer delta;
    std::string text = piece;
    const std::string returned = parser->parse(delta, text);
    out.push_back({returned, json_of(delta)});
  }
  return out;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << probe(Json::parse(line)).dump() << std::endl;
    } catch (const hearth::Exception& error) {
      std::cout << Json{{"error", error.what()}}.dump() << std::endl;
    }
  }
}
