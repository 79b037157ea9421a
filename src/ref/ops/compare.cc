// Comparisons, logic and bits, element by element.
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// A boolean per pair of elements of the inputs' type.
template <typename F>
void comparison(Evaluation& e, F f) {
  Tensor& out = e.output(0);
  with_number(e, e.input(0).get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    const std::vector<W> a = load<W>(e.input(0)), b = load<W>(e.input(1));
    std::vector<int64_t> y(out.get_size());
    const Shape& shape = out.get_shape();
    walk<2>(shape, {broadcast_strides(e.shape(0), shape), broadcast_strides(e.shape(1), shape)},
            [&](size_t n, const auto& at) { y[n] = f(a[at[0]], b[at[1]]) ? 1 : 0; });
    store(y, out);
  });
}

/// An integer per pair of integers or booleans.
template <typename F>
void bitwise(Evaluation& e, F f) {
  Tensor& out = e.output(0);
  const std::vector<int64_t> a = load<int64_t>(e.input(0)), b = load<int64_t>(e.input(1));
  std::vector<int64_t> y(out.get_size());
  const Shape& shape = out.get_shape();
  walk<2>(shape, {broadcast_strides(e.shape(0), shape), broadcast_strides(e.shape(1), shape)},
          [&](size_t n, const auto& at) { y[n] = f(a[at[0]], b[at[1]]); });
  store(y, out);
}

template <typename F>
void classification(Evaluation& e, F f) {
  Tensor& out = e.output(0);
  const std::vector<double> x = load<double>(e.input(0));
  std::vector<int64_t> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = f(x[i]) ? 1 : 0;
  store(y, out);
}

}  // namespace

void eval_Equal(Evaluation& e) {
  comparison(e, [](auto a, auto b) { return a == b; });
}
void eval_NotEqual(Evaluation& e) {
  comparison(e, [](auto a, auto b) { return a != b; });
}
void eval_Less(Evaluation& e) {
  comparison(e, [](auto a, auto b) { return a < b; });
}
void eval_LessEqual(Evaluation& e) {
  comparison(e, [](auto a, auto b) { return a <= b; });
}
void eval_Greater(Evaluation& e) {
  comparison(e, [](auto a, auto b) { return a > b; });
}
void eval_GreaterEqual(Evaluation& e) {
  comparison(e, [](auto a, auto b) { return a >= b; });
}

void eval_LogicalAnd(Evaluation& e) {
  bitwise(e, [](int64_t a, int64_t b) { return a & b; });
}
void eval_LogicalOr(Evaluation& e) {
  bitwise(e, [](int64_t a, int64_t b) { return a | b; });
}
void eval_LogicalXor(Evaluation& e) {
  bitwise(e, [](int64_t a, int64_t b) { return a ^ b; });
}
void eval_BitwiseAnd(Evaluation& e) {
  bitwise(e, [](int64_t a, int64_t b) { return a & b; });
}
void eval_BitwiseOr(Evaluation& e) {
  bitwise(e, [](int64_t a, int64_t b) { return a | b; });
}
void eval_BitwiseXor(Evaluation& e) {
  bitwise(e, [](int64_t a, int64_t b) { return a ^ b; });
}

void eval_LogicalNot(Evaluation& e) {
  std::vector<int64_t> x = e.ints(0);
  for (int64_t& v : x) v = v == 0 ? 1 : 0;
  store(x, e.output(0));
}

void eval_BitwiseNot(Evaluation& e) {
  Tensor& out = e.output(0);
  const bool logical = out.get_element_type() == ElementType::boolean;
  std::vector<int64_t> x = e.ints(0);
  for (int64_t& v : x) v = logical ? 1 - v : ~v;
  store(x, out);
}

void eval_IsNaN(Evaluation& e) {
  classification(e, [](double v) { return std::isnan(v); });
}
void eval_IsFinite(Evaluation& e) {
  classification(e, [](double v) { return std::isfinite(v); });
}
void eval_IsInf(Evaluation& e) {
  const bool negative = e.attrs().flag("detect_negative");
  const bool positive = e.attrs().flag("detect_positive");
  classification(e, [=](double v) { return std::isinf(v) && (v < 0 ? negative : positive); });
}

}  // namespace hearth::ref
