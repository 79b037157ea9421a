// The meaning of every code, one element at a time.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/float_types.h"
#include "kernels/quantize/code_rules.h"
#include "kernels/quantize/kernel.h"

namespace hearth::kernels {
namespace {

// Clipping first changes nothing, since the limits are integers, and leaves no NaN to convert.
template <int Least, int Greatest>
uint16_t code(IntegerCodes<Least, Greatest> rule, float w, const EncodeArgs& a) {
  float x = w / a.scale.scale + a.scale.zero_point;
  x = x > rule.kLeast ? x : rule.kLeast;
  x = x < rule.kGreatest ? x : rule.kGreatest;
  return static_cast<uint16_t>(static_cast<int>(std::nearbyint(x)) & rule.kMask);
}

uint16_t code(TableCodes, float w, const EncodeArgs& a) {
  const float x = w / a.scale.scale;
  const float* const end = a.midpoints + a.midpoint_count;
  return static_cast<uint16_t>(std::lower_bound(a.midpoints, end, x) - a.midpoints);
}

template <int Mantissa, int Bias, int Bits, int Largest, bool ByWayOfF16>
uint16_t code(FloatCodes<Mantissa, Bias, Bits, Largest, ByWayOfF16> rule, float w,
              const EncodeArgs& a) {
  float x = w / a.scale.scale;
  if (rule.kByWayOfF16) x = round_to_f16(x);
  const uint32_t sign = bits_from_f32(x) >> 31 << rule.kSignBit;
  x = std::abs(x);
  x = x < rule.kLargest ? x : rule.kLargest;
  // Below the second power of two all values are equally far apart, and codes count them.
  const int exponent = std::max(std::ilogb(x), 1 - Bias);
  const float steps = std::nearbyint(std::ldexp(x, Mantissa - exponent));
  const int below = (exponent + Bias - 1) << Mantissa;
  return static_cast<uint16_t>(sign | static_cast<uint32_t>(below + static_cast<int>(steps)));
}

template <typename Rule>
void encode(const EncodeArgs& a) {
  for (int64_t i = 0; i < a.count; ++i) a.codes[i] = code(Rule{}, a.weights[i], a);
}

Extremes extremes(const float* weights, int64_t count) {
  Extremes found = {std::numeric_limits<float>::infinity(),
                    -std::numeric_limits<float>::infinity()};
  for (int64_t i = 0; i < count; ++i) {
    found.least = weights[i] < found.least ? weights[i] : found.least;
    found.greatest = weights[i] > found.greatest ? weights[i] : found.greatest;
  }
  return found;
}

double squared_error(const float* weights, int64_t count, const GroupScale& scale) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const float value = code(Uint8Codes{}, weights[i], {nullptr, 0, scale, nullptr, 0, nullptr});
    const float error = (value - scale.zero_point) * scale.scale - weights[i];
    sum += static_cast<double>(error) * static_cast<double>(error);
  }
  return sum;
}

SquaredSums squared_sums(const float* values, const float* weights, int64_t count) {
  SquaredSums sums;
  for (int64_t i = 0; i < count; ++i) {
    const auto weight = static_cast<double>(weights[i]);
    const double error = static_cast<double>(values[i]) - weight;
    sums.error += error * error;
    sums.weights += weight * weight;
  }
  return sums;
}

}  // namespace

const QuantizeKernel& quantize_reference() {
  static constexpr QuantizeKernel kernel = {"reference",
                                            Isa::scalar,
                                            extremes,
                                            {
#define HEARTH_QUANTIZE_FORMAT(name, codes, scales, zero, group, bits, scale, code) encode<code>,
#include "kernels/quantize/formats.inc"
#undef HEARTH_QUANTIZE_FORMAT
                                            },
                                            squared_error,
                                            squared_sums};
  return kernel;
}

}  // namespace hearth::kernels
