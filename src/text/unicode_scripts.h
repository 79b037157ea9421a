// The script of a character, as the UnicodeScripts pre-tokenizer of the Rust package sees it.
#pragma once

#include <cstdint>

namespace hearth::text {

/// A number of its own for each script, or -1: the space and unassigned characters have none.
/// Hiragana, Katakana and the prolonged sound mark are Han.
int script_of(uint32_t c);

}  // namespace hearth::text
