// Phi-4-mini:
//     <|tool_call|>[{"name": "f", "arguments": {"a": 1}}]<|/tool_call|>
// or, as its card shows, functools[{"name": "f", "arguments": {"a": 1}}].
#include "text/answers/answer_formats.h"

namespace hearth::text {

bool is_phi4_mini(std::string_view chat_template) {
  return contains(chat_template, "<|tool|>") || contains(chat_template, "functools[");
}

std::unique_ptr<AnswerParser> make_phi4_mini(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back({"<|tool_call|>", json_calls()});
  format.calls.push_back({"functools", json_calls({.single = false})});
  format.after_calls = {"<|/tool_call|>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
