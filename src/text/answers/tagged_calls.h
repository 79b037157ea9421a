// Calls whose arguments stand as plain text between tags, in the dialects of several models. Types
// come from the tools' schemas.
#pragma once

#include "text/answers/answer_parser.h"
#include "text/answers/tool_schemas.h"

namespace hearth::text {

struct TagDialect {
  std::string_view call_open, name_end, call_close;
  std::string_view key_open, key_end;
  std::string_view value_open;  ///< "" where the value follows on key_end
  std::string_view value_close;
  bool line_breaks = false;  ///< one on either side of a value is not part of it
};

/// The calls of a whole block; empty when there is anything else between them. A value ends at the
/// first closing tag, and text up to the next key is passed over, as vLLM and SGLang read a value
/// that has its own closing tag in it.
std::vector<Answer::Call> read_tagged_calls(std::string_view block, const TagDialect& dialect,
                                            const ToolSchemas& tools);

}  // namespace hearth::text
