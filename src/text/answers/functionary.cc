// Functionary v3.1:
//     <function=f>{"a": 1}</function>
// and for its interpreter <|python_tag|> before Python code, up to the end; the code becomes the
// argument `code` of a function `python`.
#include "base/json.h"
#include "text/answers/answer_formats.h"
#include "text/answers/arguments_writer.h"
#include "text/answers/headed_call.h"

namespace hearth::text {
namespace {

std::optional<HeadedCall::Head> read_functionary_head(std::string_view text) {
  text = trim(text);
  if (!text.ends_with('>')) return std::nullopt;
  return HeadedCall::Head{std::string(trim(text.substr(0, text.size() - 1))), ""};
}

std::vector<Answer::Call> read_python_code(std::string_view text) {
  const std::string arguments = object_text(text);
  if (!arguments.empty()) return {{"", "python", arguments}};
  return {{"", "python", "{\"code\": " + json_string(trim(text)) + "}"}};
}

}  // namespace

bool is_functionary(std::string_view chat_template) {
  return contains(chat_template, "<function=");
}

std::unique_ptr<AnswerParser> make_functionary(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back(
      {"<function=", [] { return std::make_unique<HeadedCall>(read_functionary_head); }});
  format.calls.push_back(
      {"<|python_tag|>", block_calls({"<|eom_id|>", "<|eot_id|>"}, read_python_code)});
  format.after_calls = {"</function>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
