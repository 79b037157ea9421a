// GLM 4.5 and later:
//     <tool_call>f
//     <arg_key>a</arg_key>
//     <arg_value>1</arg_value>
//     </tool_call>
#include "text/answers/answer_formats.h"
#include "text/answers/tagged_calls.h"

namespace hearth::text {
namespace {

// The name ends where its line or the first key does, so the reader puts the call into a dialect.
constexpr TagDialect kGlmDialect{.call_open = "<tool_call>",
                                 .name_end = "\n",
                                 .call_close = "</tool_call>",
                                 .key_open = "<arg_key>",
                                 .key_end = "</arg_key>",
                                 .value_open = "<arg_value>",
                                 .value_close = "</arg_value>"};

std::vector<Answer::Call> read_glm_call(std::string_view text, const ToolSchemas& tools) {
  const size_t name_end = std::min({text.find('\n'), text.find(kGlmDialect.key_open), text.size()});
  std::string whole(kGlmDialect.call_open);
  (whole += text.substr(0, name_end)) += kGlmDialect.name_end;
  (whole += text.substr(name_end)) += kGlmDialect.call_close;
  return read_tagged_calls(whole, kGlmDialect, tools);
}

}  // namespace

bool is_glm(std::string_view chat_template) { return contains(chat_template, "<arg_key>"); }

std::unique_ptr<AnswerParser> make_glm(const AnswerContext& context) {
  AnswerFormat format;
  const auto convert = [tools = context.tools](std::string_view text) {
    return read_glm_call(text, *tools);
  };
  format.calls.push_back({"<tool_call>", block_calls({"</tool_call>"}, convert)});
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
