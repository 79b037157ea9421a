// `a.b`, `a[b]` and `a[b:c:d]` as jinja2's immutable sandbox resolves them: methods of Python's
// types, keys and indices; what would change a value or starts with an underscore is refused.
#pragma once

#include <optional>
#include <string_view>

#include "text/jinja/native.h"

namespace hearth::text::jinja {

Value get_attribute(Evaluator& evaluator, const Value& object, std::string_view name);
Value get_item(Evaluator& evaluator, const Value& object, const Value& key);
/// Missing bounds are None.
Value get_slice(Evaluator& evaluator, const Value& object, const Value& start, const Value& stop,
                const Value& step);
/// What Python's getattr finds (no keys), or nothing.
std::optional<Value> find_attribute(Evaluator& evaluator, const Value& object,
                                    std::string_view name);

/// The methods of a type that templates may call, or null.
const Native* find_string_method(std::string_view name);
const Native* find_list_method(std::string_view name);
const Native* find_dict_method(std::string_view name);

}  // namespace hearth::text::jinja
