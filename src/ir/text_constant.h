// The values of constants in the text form: "[1, 2]", "splat(0.5)", "random(1, -1, 1)",
// "hex(00ff)".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "hearth/element_type.hpp"

namespace hearth::ir {

/// Up to `max_values` elements in full; more as splat where they are equal, else elided.
std::string format_values(ElementType type, size_t elements, bool scalar, const Bytes& data,
                          size_t max_values);

/// The bytes of these elements; empty when a word is no value of the type.
std::optional<Bytes> values_from_words(ElementType type, const std::vector<std::string>& words);
std::optional<Bytes> splat_values(ElementType type, size_t elements, const std::string& word);
/// The same on every machine: element i depends on the seed and i alone.
std::optional<Bytes> random_values(ElementType type, size_t elements, uint64_t seed, double low,
                                   double high);
Bytes random_bits(ElementType type, size_t elements, uint64_t seed);

}  // namespace hearth::ir
