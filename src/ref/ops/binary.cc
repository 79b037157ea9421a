// Arithmetic on two tensors, element by element.
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// out[i] = f(a[i], b[i]) with numpy broadcasting; f takes and returns any work type.
template <typename F>
void arithmetic(Evaluation& e, F f) {
  Tensor& out = e.output(0);
  with_number(e, out.get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    const std::vector<W> a = load<W>(e.input(0)), b = load<W>(e.input(1));
    std::vector<W> y(out.get_size());
    const Shape& shape = out.get_shape();
    walk<2>(shape, {broadcast_strides(e.shape(0), shape), broadcast_strides(e.shape(1), shape)},
            [&](size_t n, const auto& at) { y[n] = f(a[at[0]], b[at[1]]); });
    store(y, out);
  });
}

// Signed overflow is undefined in C++ but wraps here, so integers are computed unsigned.
template <typename W>
auto modular(W v) {
  if constexpr (kIsFloat<W>)
    return v;
  else
    return static_cast<uint64_t>(v);
}

template <typename W>
void refuse_zero(const Evaluation& e, W divisor) {
  if constexpr (!kIsFloat<W>)
    if (divisor == 0) e.fail("divides an integer by zero");
}

template <typename W>
W quotient(W a, W b, bool round_down) {
  if constexpr (kIsFloat<W>)
    return a / b;
  else if constexpr (std::is_unsigned_v<W>)
    return a / b;
  else {
    if (b == -1) return static_cast<W>(0 - static_cast<uint64_t>(a));
    const W q = a / b;
    return round_down && a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
  }
}

/// With the sign of the dividend, as fmod.
template <typename W>
W remainder(W a, W b) {
  if constexpr (kIsFloat<W>)
    return std::fmod(a, b);
  else if constexpr (std::is_unsigned_v<W>)
    return a % b;
  else
    return b == -1 ? 0 : a % b;
}

}  // namespace

void eval_Add(Evaluation& e) {
  arithmetic(e, []<typename W>(W a, W b) { return static_cast<W>(modular(a) + modular(b)); });
}

void eval_Subtract(Evaluation& e) {
  arithmetic(e, []<typename W>(W a, W b) { return static_cast<W>(modular(a) - modular(b)); });
}

void eval_Multiply(Evaluation& e) {
  arithmetic(e, []<typename W>(W a, W b) { return static_cast<W>(modular(a) * modular(b)); });
}

void eval_Divide(Evaluation& e) {
  const bool round_down = e.attrs().flag("m_pythondiv");
  arithmetic(e, [&]<typename W>(W a, W b) {
    refuse_zero(e, b);
    return quotient(a, b, round_down);
  });
}

void eval_Power(Evaluation& e) {
  const ElementType type = e.node().outputs[0].type;
  arithmetic(e, [&]<typename W>(W a, W b) {
    const double power = std::pow(static_cast<double>(a), static_cast<double>(b));
    if constexpr (kIsFloat<W>)
      return static_cast<W>(power);
    else
      return static_cast<W>(to_integer(power, type));
  });
}

// Which operand a NaN beats is left open by OpenVINO: its reference and its CPU device differ.
void eval_Maximum(Evaluation& e) {
  arithmetic(e, []<typename W>(W a, W b) { return a < b ? b : a; });
}

void eval_Minimum(Evaluation& e) {
  arithmetic(e, []<typename W>(W a, W b) { return b < a ? b : a; });
}

void eval_Mod(Evaluation& e) {
  arithmetic(e, [&]<typename W>(W a, W b) {
    refuse_zero(e, b);
    return remainder(a, b);
  });
}

// With the sign of the divisor, as Python's %.
void eval_FloorMod(Evaluation& e) {
  arithmetic(e, [&]<typename W>(W a, W b) {
    refuse_zero(e, b);
    const W rest = remainder(a, b);
    return static_cast<W>(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
  });
}

void eval_SquaredDifference(Evaluation& e) {
  arithmetic(e, []<typename W>(W a, W b) {
    const auto difference = modular(a) - modular(b);
    return static_cast<W>(difference * difference);
  });
}

}  // namespace hearth::ref
