// Where activations live: values whose lifetimes do not meet share memory. Sizes are in floats per
// token row, so one plan serves every number of rows.
#pragma once

#include <cstdint>
#include <vector>

namespace hearth::runtime {

struct PlannedValue;

/// Gives every value with row_floats > 0 an offset; returns the size of the arena per row. First
/// fit, largest values first; offsets are multiples of 16 floats (64 bytes).
int64_t place_in_arena(std::vector<PlannedValue>& values);

}  // namespace hearth::runtime
