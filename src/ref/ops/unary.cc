// Functions of one tensor, element by element. Transcendental functions are computed in double and
// rounded once, so that they do not depend on the precision of a math library's f32 versions.
#include <cmath>
#include <numbers>

#include "ref/ops/elements.h"

namespace hearth::ref {
namespace {

template <typename F>
void each(Evaluation& e, F f) {
  Tensor& out = e.output(0);
  with_number(e, out.get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    std::vector<W> x = load<W>(e.input(0));
    for (W& v : x) v = static_cast<W>(f(v));
    store(x, out);
  });
}

/// f in double. Integers get the result cut (OpenVINO: Exp, Log, Sin) or rounded.
enum class Whole { cut, rounded };

template <typename F>
void each_real(Evaluation& e, F f, Whole whole = Whole::rounded) {
  const ElementType type = e.node().outputs[0].type;
  each(e, [&]<typename W>(W v) {
    const double y = f(static_cast<double>(v));
    if constexpr (kIsFloat<W>)
      return static_cast<W>(y);
    else
      return static_cast<W>(to_integer(whole == Whole::cut ? y : std::nearbyint(y), type));
  });
}

/// f keeps integers as they are.
template <typename F>
void each_fraction(Evaluation& e, F f) {
  each(e, [&]<typename W>(W v) {
    if constexpr (kIsFloat<W>)
      return f(v);
    else
      return v;
  });
}

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

}  // namespace

void eval_Sqrt(Evaluation& e) {
  each_real(e, [](double x) { return std::sqrt(x); });
}
void eval_Exp(Evaluation& e) {
  each_real(
      e, [](double x) { return std::exp(x); }, Whole::cut);
}
void eval_Log(Evaluation& e) {
  each_real(
      e, [](double x) { return std::log(x); }, Whole::cut);
}
void eval_Sin(Evaluation& e) {
  each_real(
      e, [](double x) { return std::sin(x); }, Whole::cut);
}
void eval_Cos(Evaluation& e) {
  each_real(e, [](double x) { return std::cos(x); });
}
void eval_Erf(Evaluation& e) {
  each_real(e, [](double x) { return std::erf(x); });
}
void eval_Tanh(Evaluation& e) {
  each_real(e, [](double x) { return std::tanh(x); });
}
void eval_Sigmoid(Evaluation& e) { each_real(e, sigmoid); }

void eval_SoftPlus(Evaluation& e) {
  // log(1 + e^x) without overflow.
  each_real(e, [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); });
}

void eval_Gelu(Evaluation& e) {
  if (e.attrs().text("approximation_mode") == "erf")
    return each_real(e, [](double x) { return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2)); });
  const double root = std::sqrt(2 / std::numbers::pi);
  each_real(e,
            [=](double x) { return 0.5 * x * (1 + std::tanh(root * (x + 0.044715 * x * x * x))); });
}

void eval_Swish(Evaluation& e) {
  const double beta = e.has_input(1) ? load<double>(e.input(1)).front() : 1.0;
  each_real(e, [=](double x) { return x * sigmoid(beta * x); });
}

void eval_Abs(Evaluation& e) {
  each(e, []<typename W>(W v) {
    if constexpr (kIsFloat<W>)
      return std::abs(v);
    else if constexpr (std::is_unsigned_v<W>)
      return v;
    else
      return v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
  });
}

void eval_Negative(Evaluation& e) {
  each(e, []<typename W>(W v) {
    if constexpr (kIsFloat<W>)
      return -v;
    else
      return 0 - static_cast<uint64_t>(v);
  });
}

void eval_Sign(Evaluation& e) {
  each(e, []<typename W>(W v) {
    if constexpr (kIsFloat<W>)
      if (std::isnan(v)) return v;
    return static_cast<W>((v > 0) - (v < 0));
  });
}

void eval_ReLU(Evaluation& e) {
  each(e, []<typename W>(W v) { return v < 0 ? W{0} : v; });
}

void eval_Floor(Evaluation& e) {
  each_fraction(e, [](auto v) { return std::floor(v); });
}
void eval_Ceiling(Evaluation& e) {
  each_fraction(e, [](auto v) { return std::ceil(v); });
}
void eval_Round(Evaluation& e) {
  if (e.attrs().text("mode") == "half_to_even")
    return each_fraction(e, [](auto v) { return std::nearbyint(v); });
  each_fraction(e, [](auto v) { return std::round(v); });
}

// Integers are clamped to the whole numbers inside of the interval.
void eval_Clamp(Evaluation& e) {
  const double low = e.attrs().number("min"), high = e.attrs().number("max");
  const ElementType type = e.node().outputs[0].type;
  each(e, [&]<typename W>(W v) {
    if constexpr (kIsFloat<W>)
      return std::isnan(v) ? v : std::min(std::max(v, static_cast<W>(low)), static_cast<W>(high));
    const auto x = static_cast<double>(v);
    if (x < low) return static_cast<W>(to_integer(std::ceil(low), type));
    if (x > high) return static_cast<W>(to_integer(std::floor(high), type));
    return v;
  });
}

}  // namespace hearth::ref
