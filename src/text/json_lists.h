// The long lists of a tokenizer.json, written as text: a quarter of a million entries without a
// string or a tree in between.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/added_tokens.h"

namespace hearth::text {

/// Each appends to the inside of a list or an object, with a comma where something is there
/// already.
void add_item(std::string& list, std::string_view json);
void add_entry(std::string& object, std::string_view key, size_t value);
void add_pair(std::string& list, std::string_view first, std::string_view second);
/// An entry of added_tokens.
void add_token(std::string& list, const AddedToken& token, int64_t id);

}  // namespace hearth::text
