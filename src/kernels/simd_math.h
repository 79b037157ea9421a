// exp on vectors of either instruction set.
#pragma once

namespace hearth::kernels {

/// exp(x), within 1 ulp over all of f32, subnormal results included; exp(0) is exactly 1, exp(-inf)
/// exactly 0; NaN stays NaN.
///
/// x = n ln2 + r with |r| <= ln2 / 2, exp(x) = 2^n (1 + (r + r^2 q(r))); q is a least-maximum fit
/// of degree 4 to (exp(r) - 1 - r) / r^2, off by 0.05 * 2^-24 relative to exp(r). 2^n is multiplied
/// in two halves, since n runs from -150 to 128.
template <class S>
inline typename S::F exp(typename S::F x) {
  using F = typename S::F;
  using I = typename S::I;
  const F clamped = S::min(S::set1(89.0f), S::max(S::set1(-104.0f), x));
  const I n = S::to_int(S::mul(clamped, S::set1(0x1.715476p+0f)));  // log2(e)
  const F n_float = S::to_float(n);
  F r = S::fnma(n_float, S::set1(0x1.62e4p-1f), clamped);  // ln2, upper 15 bits: exact product
  r = S::fnma(n_float, S::set1(0x1.7f7d1cp-20f), r);       // ln2, the rest
  F q = S::set1(0x1.6a23d0p-10f);
  q = S::fma(q, r, S::set1(0x1.123a20p-7f));
  q = S::fma(q, r, S::set1(0x1.5558f2p-5f));
  q = S::fma(q, r, S::set1(0x1.555492p-3f));
  q = S::fma(q, r, S::set1(0x1.fffffcp-2f));
  const F mantissa = S::add(S::set1(1.0f), S::fma(S::mul(r, r), q, r));
  const I half = S::template shift_right_signed<1>(n);
  const auto power = [](I e) {
    return S::as_float(S::template shift_left<23>(S::int_add(e, S::int_set1(127))));
  };
  return S::mul(S::mul(mantissa, power(half)), power(S::int_sub(n, half)));
}

}  // namespace hearth::kernels
