// Command R7B and Command A:
//     <|START_THINKING|>plan<|END_THINKING|><|START_ACTION|>[
//         {"tool_call_id": "0", "tool_name": "f", "parameters": {"a": 1}}
//     ]<|END_ACTION|>
// and text between <|START_RESPONSE|> and <|END_RESPONSE|>.
#include "text/answers/answer_formats.h"

namespace hearth::text {

bool is_command_r7b(std::string_view chat_template) {
  return contains(chat_template, "<|START_ACTION|>");
}

std::unique_ptr<AnswerParser> make_command_r7b(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back({"<|START_ACTION|>", json_calls()});
  format.after_calls = {"<|END_ACTION|>"};
  format.dropped = {"<|START_RESPONSE|>", "<|END_RESPONSE|>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
