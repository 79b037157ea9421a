#include "hearth/template_parse.h"

#include <hearth/exception.hpp>
#include <hearth/genai/parsers.hpp>

#include "hearth/command.h"

namespace hearth::cli {

void print_parsed_answer(const std::string& chat_template, const std::string& answer,
                         const std::optional<std::string>& tools) {
  const genai::JsonContainer list =
      tools ? genai::JsonContainer::from_json_string(*tools) : genai::JsonContainer::array();
  if (!list.is_array()) throw Exception(ErrorKind::bad_input, "the tools are a JSON list");
  genai::JsonContainer message = {{"content", answer}};
  genai::ChatTemplateParser(chat_template, list).parse(message);
  print_json(nlohmann::ordered_json::parse(message.to_json_string()));
}

}  // namespace hearth::cli
