// Interval arithmetic on ValueRange: every result contains whatever the op gives for values inside
// of its operands. The ends int64 min and max stand for "no bound" too.
#pragma once

#include "ir/schema.h"

namespace hearth::ir {

inline constexpr int64_t kLow = INT64_MIN, kHigh = INT64_MAX;

/// The elements that a binary op gives for elements in a and b; what wraps around is not known.
using Combine = ValueRange (*)(const Node&, const ValueRange& a, const ValueRange& b);

/// The rule of an arithmetic op or comparison (truth is 0 or 1); null for others.
Combine interval_rule(Op op);

/// What is left of a range for elements of this type.
ValueRange within(const ValueRange& range, ElementType type);

}  // namespace hearth::ir
