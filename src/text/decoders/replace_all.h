// String replacement as the decoders need it.
#pragma once

#include <string>
#include <string_view>

namespace hearth::text {

/// Every occurrence, from the left; an empty `what` stands between any two characters.
std::string replace_all(std::string_view text, std::string_view what, std::string_view with);

/// Undoes the spaces that word-based tokenization puts around English punctuation.
std::string clean_up_spaces(std::string text);

}  // namespace hearth::text
