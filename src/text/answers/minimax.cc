// MiniMax-M2:
//     <minimax:tool_call>
//     <invoke name="f">
//     <parameter name="a">1</parameter>
//     </invoke>
//     </minimax:tool_call>
#include "text/answers/answer_formats.h"
#include "text/answers/tagged_calls.h"

namespace hearth::text {
namespace {

constexpr TagDialect kMiniMaxDialect{.call_open = "<invoke name=\"",
                                     .name_end = "\">",
                                     .call_close = "</invoke>",
                                     .key_open = "<parameter name=\"",
                                     .key_end = "\">",
                                     .value_open = "",
                                     .value_close = "</parameter>"};

}  // namespace

bool is_minimax(std::string_view chat_template) {
  return contains(chat_template, "<minimax:tool_call>");
}

std::unique_ptr<AnswerParser> make_minimax(const AnswerContext& context) {
  AnswerFormat format;
  const auto read = [tools = context.tools](std::string_view text) {
    return read_tagged_calls(text, kMiniMaxDialect, *tools);
  };
  format.calls.push_back({"<minimax:tool_call>", block_calls({"</minimax:tool_call>"}, read)});
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
