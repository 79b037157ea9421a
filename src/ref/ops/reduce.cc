// Reductions over the axes that input 1 lists. Floats are summed in double.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// For every element of the input, the output element that it goes into: strides of 0 along the
/// reduced axes.
struct Fold {
  Strides to;
  size_t per_output = 1;  ///< elements that go into one output
};

Fold plan_fold(Evaluation& e) {
  const Shape& shape = e.shape(0);
  std::vector<bool> reduced(shape.size(), false);
  for (int64_t a : e.ints(1)) reduced[e.axis(a, shape.size())] = true;
  Fold fold{Strides(shape.size(), 0), 1};
  size_t step = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    if (reduced[d]) {
      fold.per_output *= shape[d];
    } else {
      fold.to[d] = step;
      step *= shape[d];
    }
  }
  return fold;
}

/// Sums grow in double or, for integers, modulo 2^64.
template <typename W>
using Sum = std::conditional_t<kIsFloat<W>, double, uint64_t>;

/// acc = combine(acc, x) from `start`, then y = finish(acc, count).
template <typename Combine, typename Finish>
void accumulate(Evaluation& e, int start, Combine combine, Finish finish) {
  Tensor& out = e.output(0);
  const Fold fold = plan_fold(e);
  with_number(e, out.get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    const std::vector<W> x = load<W>(e.input(0));
    std::vector<Sum<W>> total(out.get_size(), static_cast<Sum<W>>(start));
    walk<1>(e.shape(0), {fold.to},
            [&](size_t n, const auto& at) { total[at[0]] = combine(total[at[0]], x[n]); });
    std::vector<W> y(total.size());
    for (size_t i = 0; i < y.size(); ++i)
      y[i] = static_cast<W>(finish(static_cast<W>(total[i]), total[i], fold.per_output));
    store(y, out);
  });
}

constexpr auto kAdd = [](auto sum, auto x) { return sum + static_cast<decltype(sum)>(x); };
constexpr auto kKeep = [](auto, auto sum, size_t) { return sum; };

/// The most extreme element; of none, the least extreme number of the type.
template <typename Better>
void extreme(Evaluation& e, bool largest, Better better) {
  Tensor& out = e.output(0);
  const Fold fold = plan_fold(e);
  const size_t bits = bits_of(out.get_element_type());
  const bool is_signed = to_string(out.get_element_type()).front() == 'i';
  with_number(e, out.get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    W none{};
    if constexpr (kIsFloat<W>) {
      none = largest ? std::numeric_limits<W>::lowest() : std::numeric_limits<W>::max();
    } else {
      const uint64_t ones = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
      const uint64_t top = is_signed ? ones >> 1 : ones;
      none = static_cast<W>(largest ? (is_signed ? ~top : 0) : top);
    }
    const std::vector<W> x = load<W>(e.input(0));
    std::vector<W> y(out.get_size(), none);
    std::vector<bool> seen(y.size(), false);
    walk<1>(e.shape(0), {fold.to}, [&](size_t n, const auto& at) {
      if (!seen[at[0]] || better(x[n], y[at[0]])) y[at[0]] = x[n];
      seen[at[0]] = true;
    });
    store(y, out);
  });
}

void logical(Evaluation& e, bool all) {
  Tensor& out = e.output(0);
  const Fold fold = plan_fold(e);
  const std::vector<int64_t> x = e.ints(0);
  std::vector<int64_t> y(out.get_size(), all ? 1 : 0);
  walk<1>(e.shape(0), {fold.to}, [&](size_t n, const auto& at) {
    if ((x[n] != 0) != all) y[at[0]] = all ? 0 : 1;
  });
  store(y, out);
}

}  // namespace

void eval_ReduceSum(Evaluation& e) { accumulate(e, 0, kAdd, kKeep); }

// The mean of nothing is 0.
void eval_ReduceMean(Evaluation& e) {
  accumulate(e, 0, kAdd, []<typename W>(W sum, auto wide, size_t count) {
    const size_t divisor = std::max<size_t>(count, 1);
    if constexpr (kIsFloat<W>)
      return wide / static_cast<double>(divisor);
    else
      return sum / static_cast<W>(divisor);
  });
}

void eval_ReduceProd(Evaluation& e) {
  accumulate(
      e, 1, [](auto product, auto x) { return product * static_cast<decltype(product)>(x); },
      kKeep);
}

void eval_ReduceL1(Evaluation& e) {
  accumulate(
      e, 0,
      [](auto sum, auto x) {
        return sum + static_cast<decltype(sum)>(x < 0 ? 0 - static_cast<decltype(sum)>(x)
                                                      : static_cast<decltype(sum)>(x));
      },
      kKeep);
}

void eval_ReduceL2(Evaluation& e) {
  accumulate(
      e, 0,
      [](auto sum, auto x) {
        const auto wide = static_cast<decltype(sum)>(x);
        return sum + wide * wide;
      },
      [](auto, auto sum, size_t) { return std::sqrt(static_cast<double>(sum)); });
}

void eval_ReduceMax(Evaluation& e) {
  extreme(e, true, [](auto a, auto b) { return a > b; });
}
void eval_ReduceMin(Evaluation& e) {
  extreme(e, false, [](auto a, auto b) { return a < b; });
}

void eval_ReduceLogicalAnd(Evaluation& e) { logical(e, true); }
void eval_ReduceLogicalOr(Evaluation& e) { logical(e, false); }

}  // namespace hearth::ref
