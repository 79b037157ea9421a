#include "ir/interval.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hearth::ir {
namespace {

int64_t saturate(__int128 v) {
  return v < kLow ? kLow : v > kHigh ? kHigh : static_cast<int64_t>(v);
}

int64_t add(int64_t a, int64_t b) {
  if (a == kHigh || a == kLow) return a;
  if (b == kHigh || b == kLow) return b;
  return saturate(static_cast<__int128>(a) + b);
}

int64_t negated(int64_t v) { return v == kLow ? kHigh : v == kHigh ? kLow : -v; }

int64_t multiply(int64_t a, int64_t b) { return saturate(static_cast<__int128>(a) * b); }

int64_t divide(int64_t a, int64_t b, bool round_down) {
  if (a == kHigh || a == kLow) return b > 0 ? a : negated(a);
  if (b == kHigh || b == kLow) return round_down && a != 0 && (a < 0) != (b < 0) ? -1 : 0;
  const int64_t quotient = a / b;
  return round_down && a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

template <typename F>
ValueRange corners(const ValueRange& a, const ValueRange& b, F f) {
  const auto [low, high] =
      std::minmax({f(a.min, b.min), f(a.min, b.max), f(a.max, b.min), f(a.max, b.max)});
  return {low, high};
}

ValueRange sum(const Node&, const ValueRange& a, const ValueRange& b) {
  return {add(a.min, b.min), add(a.max, b.max)};
}
ValueRange difference(const Node&, const ValueRange& a, const ValueRange& b) {
  return {add(a.min, negated(b.max)), add(a.max, negated(b.min))};
}
ValueRange product(const Node&, const ValueRange& a, const ValueRange& b) {
  return corners(a, b, multiply);
}
ValueRange quotient(const Node& node, const ValueRange& a, const ValueRange& b) {
  if (b.min <= 0 && b.max >= 0) return {};
  const bool round_down = node.attrs.flag("m_pythondiv");
  return corners(a, b, [=](int64_t x, int64_t y) { return divide(x, y, round_down); });
}
// Mod takes the sign of the dividend, FloorMod that of the divisor; for positive numbers they
// agree.
ValueRange remainder(const Node& node, const ValueRange& a, const ValueRange& b) {
  if (a.min >= 0 && b.min > 0) {
    if (a.exact() && b.exact()) return ValueRange::exactly(a.min % b.min);
    return {0, std::min(a.max, b.max == kHigh ? kHigh : b.max - 1)};
  }
  if (!a.exact() || !b.exact() || b.min == 0 || b.min == -1) return {};
  const int64_t rest = a.min % b.min;
  const bool other_sign = rest != 0 && (rest < 0) != (b.min < 0);
  return ValueRange::exactly(node.op == Op::FloorMod && other_sign ? rest + b.min : rest);
}
ValueRange smaller(const Node&, const ValueRange& a, const ValueRange& b) {
  return {std::min(a.min, b.min), std::min(a.max, b.max)};
}
ValueRange larger(const Node&, const ValueRange& a, const ValueRange& b) {
  return {std::max(a.min, b.min), std::max(a.max, b.max)};
}

ValueRange truth(bool always, bool never) {
  return always ? ValueRange::exactly(1) : never ? ValueRange::exactly(0) : ValueRange{0, 1};
}
ValueRange equal(const Node&, const ValueRange& a, const ValueRange& b) {
  return truth(a.exact() && a == b, a.max < b.min || b.max < a.min);
}
ValueRange not_equal(const Node&, const ValueRange& a, const ValueRange& b) {
  return truth(a.max < b.min || b.max < a.min, a.exact() && a == b);
}
ValueRange less(const Node&, const ValueRange& a, const ValueRange& b) {
  return truth(a.max < b.min, a.min >= b.max);
}
ValueRange less_equal(const Node&, const ValueRange& a, const ValueRange& b) {
  return truth(a.max <= b.min, a.min > b.max);
}
ValueRange greater(const Node& n, const ValueRange& a, const ValueRange& b) {
  return less(n, b, a);
}
ValueRange greater_equal(const Node& n, const ValueRange& a, const ValueRange& b) {
  return less_equal(n, b, a);
}

constexpr std::pair<Op, Combine> kRules[] = {
    {Op::Add, sum},          {Op::Subtract, difference},
    {Op::Multiply, product}, {Op::Divide, quotient},
    {Op::Mod, remainder},    {Op::FloorMod, remainder},
    {Op::Minimum, smaller},  {Op::Maximum, larger},
    {Op::Equal, equal},      {Op::NotEqual, not_equal},
    {Op::Less, less},        {Op::LessEqual, less_equal},
    {Op::Greater, greater},  {Op::GreaterEqual, greater_equal},
};

/// What values of the type can be; int64 and uint64 are without bounds.
ValueRange type_range(ElementType type) {
  const size_t bits = bits_of(type);
  if (type == ElementType::boolean) return {0, 1};
  if (bits >= 64) return {};
  const bool is_signed = to_string(type).front() == 'i';
  const int64_t span = int64_t{1} << (is_signed ? bits - 1 : bits);
  return {is_signed ? -span : 0, span - 1};
}

}  // namespace

Combine interval_rule(Op op) {
  for (const auto& [known, rule] : kRules)
    if (known == op) return rule;
  return nullptr;
}

// Results that the type cannot hold wrap around when they are computed, so they tell nothing. An
// open upper end stays open: it stands for a size that exists.
ValueRange within(const ValueRange& r, ElementType type) {
  const ValueRange limits = type_range(type);
  if (type == ElementType::boolean)
    return {std::max(r.min, limits.min), std::min(r.max, limits.max)};
  const bool fits = r.min >= limits.min && r.min <= limits.max;
  if (fits && (r.max <= limits.max || r.max == kHigh)) return r;
  return {};
}

}  // namespace hearth::ir
