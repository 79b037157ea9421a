#include "frontends/blocks/rope_frequencies.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace hearth::frontends {
namespace {

constexpr double kTwoPi = 2.0 * std::numbers::pi;

std::vector<float> plain_frequencies(const RopeConfig& rope, int64_t head_dim) {
  std::vector<float> out(static_cast<size_t>(head_dim / 2));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = 1.0f / std::pow(static_cast<float>(rope.theta),
                             static_cast<float>(2 * i) / static_cast<float>(head_dim));
  return out;
}

// Llama 3.1: long wavelengths are stretched by the factor, short ones kept, with a smooth passage.
void scale_llama3(const RopeConfig& rope, std::vector<float>& frequencies) {
  const auto original = static_cast<float>(rope.original_positions);
  const auto factor = static_cast<float>(rope.factor);
  const auto low = static_cast<float>(rope.low_freq_factor);
  const auto high = static_cast<float>(rope.high_freq_factor);
  for (float& f : frequencies) {
    const float wavelength = static_cast<float>(kTwoPi) / f;
    if (wavelength > original / low) {
      f /= factor;
    } else if (wavelength >= original / high) {
      const float smooth = (original / wavelength - low) / (high - low);
      f = (1 - smooth) * f / factor + smooth * f;
    }
  }
}

// YaRN (Peng et al., 2023), equations 21 to 23: a ramp over the pairs between interpolation (divide
// by the factor) and the plain frequencies.
void scale_yarn(const RopeConfig& rope, int64_t head_dim, std::vector<float>& frequencies) {
  const auto dim = static_cast<double>(head_dim);
  const auto pair_with_rotations = [&](double rotations) {
    return dim * std::log(static_cast<double>(rope.original_positions) / (rotations * kTwoPi)) /
           (2 * std::log(rope.theta));
  };
  double low = pair_with_rotations(rope.beta_fast);
  double high = pair_with_rotations(rope.beta_slow);
  if (rope.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, dim - 1);
  if (low == high) high += 0.001;
  for (size_t i = 0; i < frequencies.size(); ++i) {
    const float ramp = std::clamp(
        (static_cast<float>(i) - static_cast<float>(low)) / static_cast<float>(high - low), 0.0f,
        1.0f);
    const float kept = 1 - ramp;
    const float interpolated = 1.0f / (static_cast<float>(rope.factor) * (1.0f / frequencies[i]));
    frequencies[i] = interpolated * (1 - kept) + frequencies[i] * kept;
  }
}

float yarn_scaling(const RopeConfig& rope) {
  if (rope.attention_factor) return static_cast<float>(*rope.attention_factor);
  const auto scale = [&](double weight) {
    return rope.factor <= 1 ? 1.0 : 0.1 * weight * std::log(rope.factor) + 1.0;
  };
  if (rope.mscale != 0 && rope.mscale_all_dim != 0)
    return static_cast<float>(scale(rope.mscale) / scale(rope.mscale_all_dim));
  return static_cast<float>(scale(1.0));
}

}  // namespace

RopeFrequencies rope_frequencies(const RopeConfig& rope, int64_t head_dim) {
  RopeFrequencies out;
  out.inverse = plain_frequencies(rope, head_dim);
  if (rope.type == "linear")
    for (float& f : out.inverse) f /= static_cast<float>(rope.factor);
  if (rope.type == "llama3") scale_llama3(rope, out.inverse);
  if (rope.type == "yarn") {
    scale_yarn(rope, head_dim, out.inverse);
    out.attention_scaling = yarn_scaling(rope);
  }
  if (!rope.frequency_divisors.empty()) {
    if (rope.frequency_divisors.size() != out.inverse.size())
      bad_input("rope_freqs.weight has {} elements for heads of {}; expected {}",
                rope.frequency_divisors.size(), head_dim, out.inverse.size());
    for (size_t i = 0; i < out.inverse.size(); ++i) out.inverse[i] /= rope.frequency_divisors[i];
  }
  for (float f : out.inverse)
    if (!std::isfinite(f))
      bad_input(
          "the rotary embedding of type {} (theta {}, factor {}) has a frequency that is not "
          "finite; check the rope settings of config.json",
          rope.type, rope.theta, rope.factor);
  return out;
}

}  // namespace hearth::frontends
