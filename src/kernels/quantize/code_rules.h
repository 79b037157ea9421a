// How w / scale becomes a code, as the names that formats.inc uses. The meaning is in reference.cc;
// element_codes.h does the same a vector at a time.
#pragma once

namespace hearth::kernels {

/// Integers, after the zero point is added: rounded to nearest even, clipped, two's complement.
template <int Least, int Greatest>
struct IntegerCodes {
  static constexpr float kLeast = Least;
  static constexpr float kGreatest = Greatest;
  static constexpr int kMask = Greatest - Least;
};
using Int8Codes = IntegerCodes<-128, 127>;
using Uint8Codes = IntegerCodes<0, 255>;
using Int4Codes = IntegerCodes<-8, 7>;
using Uint4Codes = IntegerCodes<0, 15>;

/// The index of the nearest value of a table; exactly between two, the lower.
struct TableCodes {};

/// A float of a sign, an exponent of the given bias and Mantissa bits, nearest even, at most the
/// largest finite value. OpenVINO reaches the 8-bit ones by way of f16, which rounds twice.
template <int Mantissa, int Bias, int Bits, int Largest, bool ByWayOfF16>
struct FloatCodes {
  static constexpr int kMantissa = Mantissa;
  static constexpr int kBias = Bias;
  static constexpr int kSignBit = Bits - 1;
  static constexpr float kLargest = Largest;
  static constexpr bool kByWayOfF16 = ByWayOfF16;
};
using E2m1Codes = FloatCodes<1, 1, 4, 6, false>;
using E4m3Codes = FloatCodes<3, 7, 8, 448, true>;
using E5m2Codes = FloatCodes<2, 15, 8, 57344, true>;

}  // namespace hearth::kernels
