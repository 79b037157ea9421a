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

/// The calls of a whole block; empty when it has anything else in it.
std::vector<Answer::Call> read_tagged_calls(std::string_view block, const TagDialect& dialect,
                                            const ToolSchemas& tools);

}  // namespace hearth::text
