// DeepSeek V3 and R1:
//     <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f
//     ```json
//     {"a": 1}
//     ```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
// and V3.1:
//     <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a":
//     1}<｜tool▁call▁end｜><｜tool▁calls▁end｜>
#include "text/answers/answer_formats.h"
#include "text/answers/headed_call.h"

namespace hearth::text {
namespace {

constexpr std::string_view kDeepSeekSeparator = "<｜tool▁sep｜>", kDeepSeekFence = "```json";

std::optional<HeadedCall::Head> read_deepseek_head(std::string_view text) {
  const size_t separator = text.find(kDeepSeekSeparator);
  if (separator == std::string_view::npos) return std::nullopt;
  std::string_view name = trim(text.substr(separator + kDeepSeekSeparator.size()));
  if (name.empty()) {
    name = trim(text.substr(0, separator));
  } else {
    if (!name.ends_with(kDeepSeekFence)) return std::nullopt;
    name = trim(name.substr(0, name.size() - kDeepSeekFence.size()));
  }
  return HeadedCall::Head{std::string(name), ""};
}

}  // namespace

bool is_deepseek(std::string_view chat_template) {
  return contains(chat_template, "<｜tool▁calls▁begin｜>");
}

std::unique_ptr<AnswerParser> make_deepseek(const AnswerContext& context) {
  AnswerFormat format;
  format.before_calls = {"<｜tool▁calls▁begin｜>"};
  format.calls.push_back(
      {"<｜tool▁call▁begin｜>", [] { return std::make_unique<HeadedCall>(read_deepseek_head); }});
  format.after_calls = {"```", "<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
