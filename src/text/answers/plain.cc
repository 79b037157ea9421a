// Models whose template knows no calls: text, and reasoning between tags.
#include "text/answers/answer_formats.h"

namespace hearth::text {

bool is_plain(std::string_view) { return true; }

std::unique_ptr<AnswerParser> make_plain(const AnswerContext& context) {
  return make_marked(context, {});
}

}  // namespace hearth::text
