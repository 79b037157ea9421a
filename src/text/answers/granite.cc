// Granite 3:
//     <|tool_call|>[{"name": "f", "arguments": {"a": 1}}]
// or <tool_call> for the token. With reasoning, the answer stands between <response> and
// </response>.
#include "text/answers/answer_formats.h"

namespace hearth::text {

bool is_granite(std::string_view chat_template) {
  return contains(chat_template, "<|start_of_role|>");
}

std::unique_ptr<AnswerParser> make_granite(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back({"<|tool_call|>", json_calls()});
  format.calls.push_back({"<tool_call>", json_calls()});
  if (contains(context.chat_template, "<response>")) format.dropped = {"<response>", "</response>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
