// Hermes 2 Pro, Qwen 2.5 and 3, Granite 4 and many others:
//     <tool_call>
//     {"name": "f", "arguments": {"a": 1}}
//     </tool_call>
#include "text/answers/answer_formats.h"

namespace hearth::text {

bool is_hermes(std::string_view chat_template) { return contains(chat_template, "<tool_call>"); }

std::unique_ptr<AnswerParser> make_hermes(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back({"<tool_call>", json_calls()});
  format.after_calls = {"</tool_call>"};
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
