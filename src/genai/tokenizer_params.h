// The parameters that the calls of a genai::Tokenizer take by name.
#pragma once

#include <initializer_list>

#include "hearth/any.hpp"

namespace hearth::genai {

bool tokenizer_flag(const AnyMap& params, const char* name, bool fallback);
/// Throws bad_input for a name that is not known.
void check_tokenizer_params(const AnyMap& params, std::initializer_list<const char*> known);

}  // namespace hearth::genai
