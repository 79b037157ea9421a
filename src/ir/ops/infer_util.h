// What the inference functions of several op families share: attribute shorthand, axes that arrive
// as an input, and arithmetic on dimensions whose upper end may be open.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/schema.h"

namespace hearth::ir {

AttrSpec flag_attr(std::string name, std::optional<bool> fallback);
AttrSpec integer_attr(std::string name, std::optional<int64_t> fallback);
AttrSpec number_attr(std::string name, std::optional<double> fallback);
AttrSpec type_attr(std::string name, std::optional<ElementType> fallback);
/// `words` in lower case.
AttrSpec word_attr(std::string name, std::vector<std::string> words,
                   std::optional<std::string> fallback);
/// numpy or none; PaddlePaddle's rule (pdpd) is refused.
AttrSpec auto_broadcast_attr();

/// Output shape of an element-wise op under its auto_broadcast attribute. Fails when the inputs'
/// shapes do not fit together.
PartialShape broadcast_inputs(const Inference& i, size_t first, size_t count);

/// The axes listed by an integer input, from the front, in ascending order and without repeats;
/// empty when they are not known.
std::optional<std::vector<size_t>> known_axes(const Inference& i, size_t input, size_t rank);
/// The one axis that a scalar (or one-element) input holds.
std::optional<size_t> known_axis(const Inference& i, size_t input, size_t rank);

/// Fails unless the input may be a short list of integers: of rank 0 or 1 and at most kMaxListed
/// elements, so that known_values can follow it.
void expect_list(const Inference& i, size_t input);
inline constexpr int64_t kMaxListed = 64;

/// Fails unless the input is a boolean; dynamic passes.
void expect_boolean(const Inference& i, size_t input);
/// Fails when the input is a boolean or a string.
void expect_number(const Inference& i, size_t input);
/// Fails unless the input may be of rank 0, or of rank 1 with one element.
void expect_scalar(const Inference& i, size_t input);

/// The number of elements; open when a dimension is.
Dimension element_count(const PartialShape& shape);
/// What both can be. Fails, naming `what`, when they have nothing in common.
Dimension merged(const Inference& i, const char* what, const Dimension& a, const Dimension& b);
/// The hull of two intervals.
Dimension hull(const Dimension& a, const Dimension& b);

/// More outputs than this are refused: a node of an untrusted file may ask for any number.
inline constexpr size_t kMaxOutputs = 65536;
/// Fails when more outputs are connected than the op produces, or more than kMaxOutputs asked for.
void check_outputs(const Inference& i, size_t produced);

}  // namespace hearth::ir
