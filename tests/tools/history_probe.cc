// Plays operations on a ChatHistory for tests in other languages: a JSON line is a list of [name,
// argument]; it becomes {"messages", "tools", "extra_context", "errors": one boolean an operation}.

#include <iostream>
#include <string>

#include "base/json.h"
#include "hearth/exception.hpp"
#include "hearth/genai/chat_history.hpp"

namespace {

using hearth::Json;
namespace genai = hearth::genai;

void play(genai::ChatHistory& history, const std::string& name, const Json& argument) {
  const auto value = genai::JsonContainer::from_json_string(argument.dump());
  if (name == "append") history.push_back(value);
  if (name == "pop") history.pop_back();
  if (name == "clear") history.clear();
  if (name == "new") history = genai::ChatHistory(value);
  if (name == "set_tools") history.set_tools(value);
  if (name == "set_extra_context") history.set_extra_context(value);
}

Json probe(const Json& operations) {
  genai::ChatHistory history;
  Json errors = Json::array();
  for (const Json& operation : operations) {
    try {
      play(history, operation.at(0), operation.at(1));
      errors.push_back(false);
    } catch (const hearth::Exception&) {
      errors.push_back(true);
    }
  }
  const auto json_of = [](const genai::JsonContainer& value) {
    return Json::parse(value.to_json_string());
  };
  return {{"messages", json_of(history.get_messages())},
          {"tools", json_of(history.get_tools())},
          {"extra_context", json_of(history.get_extra_context())},
          {"errors", errors}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << probe(Json::parse(line)).dump() << std::endl;
}
