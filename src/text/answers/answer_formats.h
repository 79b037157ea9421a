// What the files of the formats define, and what they share. Each header comment of a format shows
// what the model writes.
#pragma once

#include "text/answers/json_calls.h"
#include "text/answers/marked_parser.h"

namespace hearth::text {

struct AnswerContext {
  std::string_view chat_template;
  std::shared_ptr<const ToolSchemas> tools;
  std::string prompt;  ///< the end of what the model was given
};

#define HEARTH_ANSWER(name)                       \
  bool is_##name(std::string_view chat_template); \
  std::unique_ptr<AnswerParser> make_##name(const AnswerContext& context);
#include "text/answers/answers.inc"

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A MarkedParser: adds to `format` the tags of the template's reasoning, where the format names
/// none, and the ends of turns.
std::unique_ptr<AnswerParser> make_marked(const AnswerContext& context, AnswerFormat format);

/// A reader for CallMarker of calls in JSON.
std::function<std::unique_ptr<CallReader>()> json_calls(const JsonCallRules& rules = {});

/// The same of blocks up to one of `ends`; see BlockReader.
std::function<std::unique_ptr<CallReader>()> block_calls(std::vector<std::string> ends,
                                                         BlockReader::Convert convert);

}  // namespace hearth::text
