// hearth template --parse: shows the parts of an answer.
#pragma once

#include <optional>
#include <string>

namespace hearth::cli {

/// Prints {content, reasoning_content, tool_calls: [{name, arguments}]} of what a model with this
/// chat template answered, special tokens included. `tools` is JSON text: a list, as templates get
/// it. Throws bad_input.
void print_parsed_answer(const std::string& chat_template, const std::string& answer,
                         const std::optional<std::string>& tools);

}  // namespace hearth::cli
