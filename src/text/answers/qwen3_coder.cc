// Qwen3-Coder and others:
//     <tool_call>
//     <function=f>
//     <parameter=a>
//     1
//     </parameter>
//     </function>
//     </tool_call>
// Some models leave the outer tags out.
#include "text/answers/answer_formats.h"
#include "text/answers/tagged_calls.h"

namespace hearth::text {
namespace {

constexpr TagDialect kQwenDialect{.call_open = "<function=",
                                  .name_end = ">",
                                  .call_close = "</function>",
                                  .key_open = "<parameter=",
                                  .key_end = ">",
                                  .value_open = "",
                                  .value_close = "</parameter>",
                                  .line_breaks = true};

}  // namespace

bool is_qwen3_coder(std::string_view chat_template) {
  return contains(chat_template, "<function=") && contains(chat_template, "<parameter=");
}

std::unique_ptr<AnswerParser> make_qwen3_coder(const AnswerContext& context) {
  AnswerFormat format;
  const auto block = [tools = context.tools](std::string_view text) {
    return read_tagged_calls(text, kQwenDialect, *tools);
  };
  const auto bare = [tools = context.tools](std::string_view text) {
    std::string whole(kQwenDialect.call_open);
    (whole += text) += kQwenDialect.call_close;
    return read_tagged_calls(whole, kQwenDialect, *tools);
  };
  format.calls.push_back({"<tool_call>", block_calls({"</tool_call>"}, block)});
  format.calls.push_back({"<function=", block_calls({"</function>"}, bare)});
  format.after_calls = {"</tool_call>"};
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
