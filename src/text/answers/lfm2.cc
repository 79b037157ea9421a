// LFM2:
//     <|tool_call_start|>[f(a=1, b="x")]<|tool_call_end|>
#include "text/answers/answer_formats.h"
#include "text/answers/python_calls.h"

namespace hearth::text {

bool is_lfm2(std::string_view chat_template) {
  return contains(chat_template, "<|tool_list_start|>") ||
         contains(chat_template, "<|tool_call_start|>");
}

std::unique_ptr<AnswerParser> make_lfm2(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back(
      {"<|tool_call_start|>", block_calls({"<|tool_call_end|>"}, read_python_calls)});
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
