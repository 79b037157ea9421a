// The sum in eight doubles of either instruction set, E: value i goes to sum i mod 8, so that both
// give the same bits.
#pragma once

#include <limits>

#include "kernels/exp_sum/exp_sum.h"

namespace hearth::kernels {

/// exp(x) for -700 <= x <= 0, within 4e-13 of itself; NaN stays NaN.
///
/// x = n ln2 + r with |r| <= ln2 / 2, exp(x) = 2^n exp(r), and exp(r) is its Taylor polynomial of
/// degree 10: what is left out is below r^11 / 11! = 2.2e-13. Adding 1.5 * 2^52 rounds to an
/// integer, which then stands in the lowest bits.
template <class E>
inline typename E::D exp_of_negative(typename E::D x) {
  using D = typename E::D;
  constexpr double kRounder = 0x1.8p52;
  const D shifted = E::fma(x, E::set1(0x1.71547652b82fep0), E::set1(kRounder));  // log2(e)
  const D n = E::sub(shifted, E::set1(kRounder));
  D r = E::fnma(n, E::set1(0x1.62e42fep-1), x);       // ln2, upper 28 bits: exact product
  r = E::fnma(n, E::set1(0x1.f473de6af278fp-30), r);  // ln2, the rest
  constexpr double kInverseFactorials[] = {1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720,
                                           1.0 / 120,    1.0 / 24,    1.0 / 6,    0.5,
                                           1.0,          1.0};
  D sum = E::set1(1.0 / 3628800);
  for (const double c : kInverseFactorials) sum = E::fma(sum, r, E::set1(c));
  return E::times_power(sum, shifted);
}

template <class E>
double exp_sum(const float* x, int64_t count, double top, double scale) {
  using D = typename E::D;
  const auto term = [&](const float* p) {
    const D d = E::mul(E::sub(E::load(p), E::set1(top)), E::set1(scale));
    return exp_of_negative<E>(E::max(E::set1(-700.0), d));
  };
  D sum = E::set1(0);
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) sum = E::add(sum, term(x + i));
  if (i < count) {
    float rest[8];
    for (float& v : rest) v = -std::numeric_limits<float>::infinity();
    for (int64_t j = i; j < count; ++j) rest[j - i] = x[j];
    sum = E::add(sum, term(rest));
  }
  double lanes[8];
  E::store(lanes, sum);
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

}  // namespace hearth::kernels
