#include "hearth/shape.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace hearth {
namespace {

int64_t saturating_add(int64_t a, int64_t b) {
  int64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? INT64_MAX : out;
}

int64_t saturating_mul(int64_t a, int64_t b) {
  int64_t out = 0;
  return __builtin_mul_overflow(a, b, &out) ? INT64_MAX : out;
}

}  // namespace

std::string Shape::to_string() const { return fmt::format("[{}]", fmt::join(*this, ",")); }

size_t shape_size(const Shape& shape) {
  size_t product = 1;
  for (size_t d : shape) {
    if (__builtin_mul_overflow(product, d, &product) || product > size_t{INT64_MAX})
      bad_input("shape {} has more elements than can be counted", shape.to_string());
  }
  return product;
}

Dimension::Dimension(int64_t value)
    : min_(value < 0 ? 0 : value), max_(value < 0 ? kUnbounded : value) {}

std::string Dimension::to_string() const {
  if (is_static()) return std::to_string(min_);
  if (max_ == kUnbounded) return min_ == 0 ? "?" : fmt::format("{}..", min_);
  return fmt::format("{}..{}", min_, max_);
}

Dimension Dimension::operator+(const Dimension& other) const {
  const bool open = max_ == kUnbounded || other.max_ == kUnbounded;
  return {saturating_add(min_, other.min_), open ? kUnbounded : saturating_add(max_, other.max_)};
}

Dimension Dimension::operator*(const Dimension& other) const {
  const bool open = max_ == kUnbounded || other.max_ == kUnbounded;
  return {saturating_mul(min_, other.min_), open ? kUnbounded : saturating_mul(max_, other.max_)};
}

bool Dimension::merge(Dimension& out, const Dimension& a, const Dimension& b) {
  const int64_t low = std::max(a.min_, b.min_);
  const int64_t high = a.max_ == kUnbounded   ? b.max_
                       : b.max_ == kUnbounded ? a.max_
                                              : std::min(a.max_, b.max_);
  if (high != kUnbounded && low > high) return false;
  out = {low, high};
  return true;
}

bool Dimension::broadcast(Dimension& out, const Dimension& a, const Dimension& b) {
  if (a == Dimension(1)) {
    out = b;
    return true;
  }
  if (b == Dimension(1)) {
    out = a;
    return true;
  }
  // A dimension that may be 1 tells nothing when the other is dynamic too.
  if (a.is_static()) {
    if (!b.contains(1) && !b.contains(a.min_)) return false;
    out = a;
    return true;
  }
  if (b.is_static()) {
    if (!a.contains(1) && !a.contains(b.min_)) return false;
    out = b;
    return true;
  }
  out = Dimension::dynamic();
  return true;
}

PartialShape::PartialShape(const Shape& shape) {
  dims_.reserve(shape.size());
  for (size_t d : shape) dims_.emplace_back(static_cast<int64_t>(d));
}

PartialShape PartialShape::dynamic() {
  PartialShape out;
  out.rank_dynamic_ = true;
  return out;
}

PartialShape PartialShape::dynamic(size_t rank) {
  return PartialShape(std::vector<Dimension>(rank));
}

bool PartialShape::is_static() const {
  return !rank_dynamic_ &&
         std::all_of(dims_.begin(), dims_.end(), [](const Dimension& d) { return d.is_static(); });
}

Shape PartialShape::to_shape() const {
  HEARTH_ASSERT(is_static(), "a dynamic shape was asked for its sizes");
  Shape out;
  out.reserve(dims_.size());
  for (const Dimension& d : dims_) out.push_back(static_cast<size_t>(d.get_length()));
  return out;
}

bool PartialShape::accepts(const Shape& shape) const {
  if (rank_dynamic_) return true;
  if (shape.size() != dims_.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i)
    if (!dims_[i].contains(static_cast<int64_t>(shape[i]))) return false;
  return true;
}

bool PartialShape::merge(PartialShape& out, const PartialShape& a, const PartialShape& b) {
  if (a.rank_dynamic_ || b.rank_dynamic_) {
    out = a.rank_dynamic_ ? b : a;
    return true;
  }
  if (a.rank() != b.rank()) return false;
  PartialShape merged = a;
  for (size_t i = 0; i < a.rank(); ++i)
    if (!Dimension::merge(merged[i], a[i], b[i])) return false;
  out = std::move(merged);
  return true;
}

bool PartialShape::broadcast(PartialShape& out, const PartialShape& a, const PartialShape& b) {
  if (a.rank_dynamic_ || b.rank_dynamic_) {
    out = dynamic();
    return true;
  }
  const size_t rank = std::max(a.rank(), b.rank());
  PartialShape result = dynamic(rank);
  for (size_t i = 0; i < rank; ++i) {
    const Dimension da = i + a.rank() < rank ? Dimension(1) : a[i + a.rank() - rank];
    const Dimension db = i + b.rank() < rank ? Dimension(1) : b[i + b.rank() - rank];
    if (!Dimension::broadcast(result[i], da, db)) return false;
  }
  out = std::move(result);
  return true;
}

std::string PartialShape::to_string() const {
  if (rank_dynamic_) return "...";
  std::string out;
  for (const Dimension& d : dims_) {
    if (!out.empty()) out += ',';
    out += d.to_string();
  }
  return out;
}

namespace {

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\n") - first + 1));
}

int64_t parse_bound(std::string_view text, std::string_view whole) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < -1)
    bad_input("`{}` is not a shape: `{}` is not a dimension", whole, text);
  return value;
}

Dimension parse_dimension(const std::string& text, std::string_view whole) {
  if (text == "?") return Dimension::dynamic();
  const size_t dots = text.find("..");
  if (dots == std::string::npos) return {parse_bound(text, whole)};
  const std::string low = trimmed(text.substr(0, dots));
  const std::string high = trimmed(text.substr(dots + 2));
  if (low.starts_with('-') || high.starts_with('-'))
    bad_input("`{}` is not a shape: the interval `{}` has a negative end", whole, text);
  const Dimension out(low.empty() ? 0 : parse_bound(low, whole),
                      high.empty() ? Dimension::kUnbounded : parse_bound(high, whole));
  if (out.max() != Dimension::kUnbounded && out.min() > out.max())
    bad_input("`{}` is not a shape: the interval `{}` is empty", whole, text);
  return out;
}

}  // namespace

PartialShape PartialShape::parse(const std::string& text) {
  std::string body = trimmed(text);
  if (body.size() >= 2 && body.front() == '[' && body.back() == ']')
    body = trimmed(std::string_view(body).substr(1, body.size() - 2));
  if (body == "...") return dynamic();
  PartialShape out;
  if (body.empty()) return out;
  size_t begin = 0;
  while (begin <= body.size()) {
    const size_t comma = std::min(body.find(',', begin), body.size());
    out.push_back(parse_dimension(trimmed(body.substr(begin, comma - begin)), text));
    begin = comma + 1;
  }
  return out;
}

}  // namespace hearth
