#include "base/float_types.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

// What a 16-bit float with this many exponent and mantissa bits means, by the formula of IEEE 754.
double meaning(uint16_t bits, int exponent_bits, int mantissa_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1)
    return mantissa != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0) return sign * std::ldexp(mantissa, 1 - bias - mantissa_bits);
  return sign * std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
}

struct Format {
  const char* name;
  int exponent_bits, mantissa_bits;
  float (*decode)(uint16_t);
  uint16_t (*encode)(float);
};

const Format kFormats[] = {{"f16", 5, 10, f16_to_f32, f32_to_f16},
                           {"bf16", 8, 7, bf16_to_f32, f32_to_bf16}};

TEST(FloatTypes, EveryCodeMeansWhatIeeeSays) {
  for (const Format& f : kFormats) {
    for (uint32_t code = 0; code < 0x10000; ++code) {
      const auto bits = static_cast<uint16_t>(code);
      const double expected = meaning(bits, f.exponent_bits, f.mantissa_bits);
      const float got = f.decode(bits);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(got)) << f.name << " " << code;
        EXPECT_TRUE(std::isnan(f.decode(f.encode(got)))) << f.name << " " << code;
        continue;
      }
      ASSERT_EQ(got, expected) << f.name << " " << code;
      ASSERT_EQ(std::signbit(got), std::signbit(expected)) << f.name << " " << code;
      ASSERT_EQ(f.encode(got), bits) << f.name << " does not come back";
    }
  }
}

// Rounding is decided at the midpoint between neighbours, which f32 holds exactly: at it the even
// code wins, and one f32 step to either side the nearer one. That, with the values themselves, is
// every place where the result changes.
TEST(FloatTypes, EncodingRoundsToNearestEvenAtEveryBoundary) {
  for (const Format& f : kFormats) {
    const auto infinity = static_cast<uint32_t>(0x7fff & ~((1 << f.mantissa_bits) - 1));
    for (uint32_t code = 0; code < infinity; ++code) {
      for (const uint32_t sign : {0u, 0x8000u}) {
        const auto low = static_cast<uint16_t>(code | sign);
        const auto high = static_cast<uint16_t>((code + 1) | sign);
        const double a = meaning(low, f.exponent_bits, f.mantissa_bits);
        // Infinity rounds as if the exponents went on.
        const double b = code + 1 == infinity ? std::copysign(std::ldexp(1.0, std::ilogb(a) + 1), a)
                                              : meaning(high, f.exponent_bits, f.mantissa_bits);
        const auto middle = static_cast<float>((a + b) / 2);
        ASSERT_EQ(static_cast<double>(middle), (a + b) / 2);
        const float below = std::nextafter(middle, 0.0f);
        const float above =
            std::nextafter(middle, std::copysign(std::numeric_limits<float>::infinity(), middle));
        ASSERT_EQ(f.encode(middle), code % 2 == 0 ? low : high) << f.name << " " << middle;
        ASSERT_EQ(f.encode(below), low) << f.name << " " << below;
        ASSERT_EQ(f.encode(above), high) << f.name << " " << above;
      }
    }
  }
}

// Between boundaries: a sample of all f32 patterns must land on the neighbour that is nearer.
TEST(FloatTypes, EncodingIsNearestEverywhere) {
  constexpr uint32_t kStride = 4099;  // a prime: visits all exponents with changing mantissas
  for (const Format& f : kFormats) {
    for (uint64_t pattern = 0; pattern < (1ull << 32); pattern += kStride) {
      const float value = f32_from_bits(static_cast<uint32_t>(pattern));
      const uint16_t code = f.encode(value);
      if (std::isnan(value)) {
        ASSERT_TRUE(std::isnan(f.decode(code))) << f.name << " " << pattern;
        continue;
      }
      const double got = meaning(code, f.exponent_bits, f.mantissa_bits);
      if (std::isinf(got) || code % 0x8000 == 0) continue;  // covered by the boundaries
      const auto down = static_cast<uint16_t>(code - 1), up = static_cast<uint16_t>(code + 1);
      const double error = std::abs(got - value);
      ASSERT_LE(error, std::abs(meaning(down, f.exponent_bits, f.mantissa_bits) - value));
      ASSERT_LE(error, std::abs(meaning(up, f.exponent_bits, f.mantissa_bits) - value));
    }
  }
}

}  // namespace
}  // namespace hearth
