// How the extremes of a group become its scale (and zero point), as the names that formats.inc
// uses: NNCF's formulas in the order of their operations, in f32.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/quantize/kernel.h"

namespace hearth::kernels {

inline constexpr float kScaleEpsilon = std::numeric_limits<float>::epsilon();

/// NNCF has two implementations of some formats and takes the one compiled by OpenVINO for tensors
/// of at least this many elements.
inline constexpr int64_t kCompiledElements = 10000;
inline bool is_compiled(const QuantizeArgs& args) {
  return args.tensor_elements >= kCompiledElements;
}

inline float magnitude(const Extremes& group) {
  return std::max(std::abs(group.least), std::abs(group.greatest));
}

/// Zero and what is nearly zero become epsilon.
inline float not_zero(float scale) {
  return std::abs(scale) < kScaleEpsilon ? kScaleEpsilon : scale;
}

/// Signed, so that the element of the largest magnitude always gets the code -2^(Bits - 1).
template <int Bits>
GroupScale symmetric_scale(const Extremes& group, const QuantizeArgs&) {
  constexpr float kCodes = 1 << (Bits - 1);
  const float least = std::abs(group.least);
  const float extreme = least >= group.greatest ? least : -group.greatest;
  return {not_zero(extreme / kCodes), 0};
}

/// The range always includes zero.
template <int Bits>
GroupScale asymmetric_scale(const Extremes& group, const QuantizeArgs&) {
  constexpr float kGreatest = (1 << Bits) - 1;
  const float least = std::min(0.0f, group.least);
  const float greatest = std::max(0.0f, group.greatest);
  const float scale = not_zero((greatest - least) / kGreatest);
  const float zero_point = -std::nearbyint(least / scale);  // NaN when infinities are there
  return {scale, std::min(std::max(0.0f, zero_point), kGreatest)};
}

/// The largest magnitude becomes Largest. Epsilon comes before the division where OpenVINO does it
/// and after it in NumPy, so the scale of zeros may be too small for f16 and be stored as 0.
template <int Largest>
GroupScale absolute_scale(const Extremes& group, const QuantizeArgs& args) {
  constexpr float kLargest = Largest;
  if (is_compiled(args)) return {not_zero(magnitude(group)) / kLargest, 0};
  return {not_zero(magnitude(group) / kLargest), 0};
}

/// absolute_scale rounded up to a power of two. OpenVINO has no log2 and multiplies the logarithm
/// with 1 / log(2) in f32, whose error may lift an exact power of two into the next one.
template <int Largest>
GroupScale mx_scale(const Extremes& group, const QuantizeArgs& args) {
  const float scale = absolute_scale<Largest>(group, args).scale;
  constexpr float kPerLog = 1 / 0.693147182f;
  const float log2 = is_compiled(args) ? std::log(scale) * kPerLog : std::log2(scale);
  return {std::exp2(std::clamp(std::ceil(log2), -127.0f, 127.0f)), 0};
}

/// The largest magnitude becomes that of the table.
inline GroupScale table_scale(const Extremes& group, const QuantizeArgs& args) {
  const float largest = std::max(std::abs(args.table.front()), std::abs(args.table.back()));
  return {not_zero(magnitude(group) / largest), 0};
}

}  // namespace hearth::kernels
