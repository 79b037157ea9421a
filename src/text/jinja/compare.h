// Equality, order and membership with Python's rules.
#pragma once

#include "text/jinja/value.h"

namespace hearth::text::jinja {

bool equal(Sandbox& box, const Value& a, const Value& b);

enum class Order : uint8_t { less, less_equal, greater, greater_equal };

/// Throws for types that have no order between them.
bool ordered(Sandbox& box, Order order, const Value& a, const Value& b);

/// `needle in haystack`
bool contains(Evaluator& evaluator, const Value& haystack, const Value& needle);

}  // namespace hearth::text::jinja
