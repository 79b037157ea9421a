// Kimi K2:
//     <|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a":
//     1}
//     <|tool_call_end|><|tool_calls_section_end|>
// `functions.f:0` is the call's id.
#include "text/answers/answer_formats.h"
#include "text/answers/headed_call.h"

namespace hearth::text {
namespace {

constexpr std::string_view kKimiArguments = "<|tool_call_argument_begin|>",
                           kKimiPrefix = "functions.";

std::optional<HeadedCall::Head> read_kimi_head(std::string_view text) {
  text = trim(text);
  if (!text.ends_with(kKimiArguments)) return std::nullopt;
  text = trim(text.substr(0, text.size() - kKimiArguments.size()));
  std::string_view name = text.substr(0, text.rfind(':'));
  if (name.starts_with(kKimiPrefix)) name.remove_prefix(kKimiPrefix.size());
  return HeadedCall::Head{std::string(name), std::string(text)};
}

}  // namespace

bool is_kimi_k2(std::string_view chat_template) {
  return contains(chat_template, "<|tool_calls_section_begin|>");
}

std::unique_ptr<AnswerParser> make_kimi_k2(const AnswerContext& context) {
  AnswerFormat format;
  format.before_calls = {"<|tool_calls_section_begin|>"};
  format.calls.push_back(
      {"<|tool_call_begin|>", [] { return std::make_unique<HeadedCall>(read_kimi_head); }});
  format.after_calls = {"<|tool_call_end|>", "<|tool_calls_section_end|>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
