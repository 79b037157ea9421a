// Command R and R+:
//     Action:
//     ```json
//     [{"tool_name": "f", "parameters": {"a": 1}}]```
#include "text/answers/answer_formats.h"

namespace hearth::text {

bool is_command_r(std::string_view chat_template) {
  return contains(chat_template, "Action:\\n```json") ||
         contains(chat_template, "Action:\n```json");
}

std::unique_ptr<AnswerParser> make_command_r(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back({"Action:\n```json", json_calls()});
  format.calls.push_back({"Action: ```json", json_calls()});
  format.after_calls = {"```"};
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
