// Scalar conversions between f32 and the small floats, exact in both directions: rounding is to
// nearest, ties to even. The formats are described in the OCP 8-bit and microscaling (MX) specs;
// NF4 is the table of QLoRA (Dettmers et al., 2023).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace hearth {

inline float f32_from_bits(uint32_t bits) { return std::bit_cast<float>(bits); }
inline uint32_t bits_from_f32(float value) { return std::bit_cast<uint32_t>(value); }

inline float bf16_to_f32(uint16_t bits) { return f32_from_bits(uint32_t{bits} << 16); }

inline uint16_t f32_to_bf16(float value) {
  const uint32_t bits = bits_from_f32(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return static_cast<uint16_t>((bits >> 16) | 0x40u);  // NaN
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline float f16_to_f32(uint16_t half) {
  const uint32_t sign = uint32_t{half & 0x8000u} << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  const uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0x1f) return f32_from_bits(sign | 0x7f800000u | (mantissa << 13));
  if (exponent == 0) {  // zero and subnormals: mantissa * 2^-24
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return f32_from_bits(sign | bits_from_f32(magnitude));
  }
  return f32_from_bits(sign | ((exponent + 112) << 23) | (mantissa << 13));
}

inline uint16_t f32_to_f16(float value) {
  const uint32_t bits = bits_from_f32(value);
  const uint16_t sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u);   // NaN
  if (magnitude >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);  // rounds to inf
  if (magnitude < 0x38800000u) {  // below the smallest normal half, 2^-14
    const float scaled = f32_from_bits(magnitude) * 0x1p24f;
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(scaled)));
  }
  const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
  return static_cast<uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

/// Rounds to the nearest value that bf16 / f16 holds.
inline float round_to_bf16(float value) { return bf16_to_f32(f32_to_bf16(value)); }
inline float round_to_f16(float value) { return f16_to_f32(f32_to_f16(value)); }

/// 1-4-3, bias 7, no infinity, 0x7f and 0xff are NaN, largest 448.
inline float f8e4m3_to_f32(uint8_t bits) {
  const int exponent = (bits >> 3) & 0xf;
  const int mantissa = bits & 7;
  const float sign = (bits & 0x80u) != 0 ? -1.0f : 1.0f;
  if (exponent == 0xf && mantissa == 7) return std::numeric_limits<float>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -9);
  return sign * std::ldexp(static_cast<float>(8 + mantissa), exponent - 10);
}

/// 1-5-2, IEEE-like: the upper byte of an f16.
inline float f8e5m2_to_f32(uint8_t bits) {
  return f16_to_f32(static_cast<uint16_t>(uint16_t{bits} << 8));
}

/// A power of two: 2^(bits - 127); 0xff is NaN.
inline float f8e8m0_to_f32(uint8_t bits) {
  if (bits == 0xff) return std::numeric_limits<float>::quiet_NaN();
  return std::ldexp(1.0f, int{bits} - 127);
}

inline constexpr float kF4E2M1Values[16] = {0.0f,  0.5f,  1.0f,  1.5f,  2.0f,  3.0f,  4.0f,  6.0f,
                                            -0.0f, -0.5f, -1.0f, -1.5f, -2.0f, -3.0f, -4.0f, -6.0f};

inline constexpr float kNf4Values[16] = {-1.0f,        -0.6961928f,  -0.52507305f,  -0.39491749f,
                                         -0.28444138f, -0.18477343f, -0.091050036f, 0.0f,
                                         0.0795803f,   0.1609302f,   0.2461123f,    0.33791524f,
                                         0.44070983f,  0.562617f,    0.72295684f,   1.0f};

}  // namespace hearth
