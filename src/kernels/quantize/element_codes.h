// The codes of reference.cc for one instruction set, a vector at a time, in the same bits: division
// stays division, and what is rounded there is rounded here.
#pragma once

#include "kernels/quantize/code_rules.h"
#include "kernels/quantize/kernel.h"

namespace hearth::kernels {

template <class S>
struct ElementCodes {
  using F = typename S::F;
  using I = typename S::I;

  template <int Least, int Greatest>
  static I code(IntegerCodes<Least, Greatest> rule, F w, const EncodeArgs& a) {
    F x = S::add(S::div(w, S::set1(a.scale.scale)), S::set1(a.scale.zero_point));
    x = S::min(S::max(x, S::set1(rule.kLeast)), S::set1(rule.kGreatest));
    return S::bits_and(S::to_int(x), rule.kMask);
  }

  // Counts the midpoints below x: the sign of midpoint - x, which subtraction never loses. Three
  // instructions a midpoint, so the driver gives large tables to the reference.
  static I code(TableCodes, F w, const EncodeArgs& a) {
    const F x = S::div(w, S::set1(a.scale.scale));
    I below = S::int_set1(0);
    for (int64_t i = 0; i < a.midpoint_count; ++i)
      below = S::int_add(below, is_negative(S::sub(S::set1(a.midpoints[i]), x)));
    return below;
  }

  template <int Mantissa, int Bias, int Bits, int Largest, bool ByWayOfF16>
  static I code(FloatCodes<Mantissa, Bias, Bits, Largest, ByWayOfF16> rule, F w,
                const EncodeArgs& a) {
    constexpr int kDropped = 23 - Mantissa;
    constexpr int kSteps = 1 << (Mantissa + Bias - 1);  // in 1, of the values below kNormal
    constexpr float kNormal = 1.0f / (1 << (Bias - 1));
    F x = S::div(w, S::set1(a.scale.scale));
    if (rule.kByWayOfF16) x = S::round_f16(x);
    const I sign = S::template shift_left<rule.kSignBit>(is_negative(x));
    x = S::min(S::as_float(S::bits_and(S::as_int(x), 0x7fffffff)), S::set1(rule.kLargest));
    const I odd = S::bits_and(S::template shift_right<kDropped>(S::as_int(x)), 1);
    const I half = S::int_set1((1 << (kDropped - 1)) - 1);
    const I rounded = S::int_add(S::int_add(S::as_int(x), half), odd);
    const I normal = S::int_sub(S::template shift_right<kDropped>(rounded),
                                S::int_set1((127 - Bias) << Mantissa));
    const I steps = S::to_int(S::mul(x, S::set1(kSteps)));
    const I small = is_negative(S::sub(x, S::set1(kNormal)));
    const F code = S::select_equal(small, S::int_set1(1), S::as_float(steps), S::as_float(normal));
    return S::bits_or(S::as_int(code), sign);
  }

  template <typename Rule>
  static void encode(const EncodeArgs& a) {
    int64_t i = 0;
    for (; i + S::kLanes <= a.count; i += S::kLanes)
      S::store_u16(a.codes + i, code(Rule{}, S::load(a.weights + i), a));
    if (i == a.count) return;
    uint16_t last[S::kLanes];
    S::store_u16(last, code(Rule{}, S::load_partial(a.weights + i, a.count - i), a));
    for (int64_t lane = 0; i + lane < a.count; ++lane) a.codes[i + lane] = last[lane];
  }

  static Extremes extremes(const float* weights, int64_t count) {
    F least = S::set1(__builtin_inff()), greatest = S::set1(-__builtin_inff());
    const auto take = [&](F w) {
      least = S::min(w, least);
      greatest = S::max(w, greatest);
    };
    int64_t i = 0;
    for (; i + S::kLanes <= count; i += S::kLanes) take(S::load(weights + i));
    if (i < count) {
      float last[S::kLanes];
      for (int64_t lane = 0; lane < S::kLanes; ++lane)
        last[lane] = weights[i + lane < count ? i + lane : i];
      take(S::load(last));
    }
    return {-S::reduce_max(S::sub(S::zero(), least)), S::reduce_max(greatest)};
  }

  // Lanes past the end hold 0, which is stored without an error.
  static double squared_error(const float* weights, int64_t count, const GroupScale& scale) {
    const EncodeArgs args = {weights, count, scale, nullptr, 0, nullptr};
    const F zero_point = S::set1(scale.zero_point), factor = S::set1(scale.scale);
    double total = 0;
    for (int64_t begin = 0; begin < count; begin += kSummed) {
      F sum = S::zero();
      const auto take = [&](F w) {
        const F value = S::to_float(code(Uint8Codes{}, w, args));
        const F error = S::sub(S::mul(S::sub(value, zero_point), factor), w);
        sum = S::fma(error, error, sum);
      };
      const int64_t end = begin + kSummed < count ? begin + kSummed : count;
      int64_t i = begin;
      for (; i + S::kLanes <= end; i += S::kLanes) take(S::load(weights + i));
      if (i < end) take(S::load_partial(weights + i, end - i));
      total += static_cast<double>(S::reduce_add(sum));
    }
    return total;
  }

  static SquaredSums squared_sums(const float* values, const float* weights, int64_t count) {
    SquaredSums total;
    for (int64_t begin = 0; begin < count; begin += kSummed) {
      F errors = S::zero(), squares = S::zero();
      const auto take = [&](F value, F weight) {
        const F error = S::sub(value, weight);
        errors = S::fma(error, error, errors);
        squares = S::fma(weight, weight, squares);
      };
      const int64_t end = begin + kSummed < count ? begin + kSummed : count;
      int64_t i = begin;
      for (; i + S::kLanes <= end; i += S::kLanes) take(S::load(values + i), S::load(weights + i));
      if (i < end)
        take(S::load_partial(values + i, end - i), S::load_partial(weights + i, end - i));
      total.error += static_cast<double>(S::reduce_add(errors));
      total.weights += static_cast<double>(S::reduce_add(squares));
    }
    return total;
  }

 private:
  // Added up in f32 at a time, which keeps a sum within some 1e-7 of the exact one.
  static constexpr int64_t kSummed = 32 * S::kLanes;

  static I is_negative(F x) { return S::template shift_right<31>(S::as_int(x)); }  // 1 or 0
};

template <class S>
constexpr QuantizeKernel element_codes_kernel(const char* name, Isa isa) {
  using Codes = ElementCodes<S>;
  return {name,
          isa,
          Codes::extremes,
          {
#define HEARTH_QUANTIZE_FORMAT(name, codes, scales, zero, group, bits, scale, code) \
  Codes::template encode<code>,
#include "kernels/quantize/formats.inc"
#undef HEARTH_QUANTIZE_FORMAT
          },
          Codes::squared_error,
          Codes::squared_sums};
}

}  // namespace hearth::kernels
