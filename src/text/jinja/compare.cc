#include "text/jinja/compare.h"

#include <cmath>

#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/find.h"
#include "text/jinja/iterate.h"

namespace hearth::text::jinja {
namespace {

enum class Relation : uint8_t { less, same, greater, unordered };

template <typename T>
Relation relate(const T& a, const T& b) {
  return a < b    ? Relation::less
         : b < a  ? Relation::greater
         : a == b ? Relation::same
                  : Relation::unordered;
}

Relation opposite(Relation relation) {
  if (relation == Relation::less) return Relation::greater;
  return relation == Relation::greater ? Relation::less : relation;
}

// Exact, as Python compares an int with a float: no rounding of large ints.
Relation relate_wide_to_double(Wide a, double b) {
  if (std::isnan(b)) return Relation::unordered;
  if (std::fabs(b) >= 0x1p126) return b > 0 ? Relation::less : Relation::greater;
  const double whole = std::trunc(b);
  const Relation relation = relate(a, static_cast<Wide>(whole));
  return relation == Relation::same ? relate(whole, b) : relation;
}

Relation relate_numbers(const Value& a, const Value& b) {
  if (a.is(Kind::real) && b.is(Kind::real)) return relate(a.as_real(), b.as_real());
  if (b.is(Kind::real)) return relate_wide_to_double(a.wide(), b.as_real());
  if (a.is(Kind::real)) return opposite(relate_wide_to_double(b.wide(), a.as_real()));
  return relate(a.wide(), b.wide());
}

bool satisfies(Relation relation, Order order) {
  if (relation == Relation::same)
    return order == Order::less_equal || order == Order::greater_equal;
  if (relation == Relation::less) return order == Order::less || order == Order::less_equal;
  return relation == Relation::greater &&
         (order == Order::greater || order == Order::greater_equal);
}

bool equal_sequences(Sandbox& box, const Sequence& a, const Sequence& b) {
  if (a.size() != b.size()) return false;
  const Nesting nesting(box);
  for (size_t i = 0; i < a.size(); ++i)
    if (!equal(box, a[i], b[i])) return false;
  return true;
}

bool equal_dicts(Sandbox& box, const Dict& a, const Dict& b, bool with_values) {
  if (a.size() != b.size()) return false;
  const Nesting nesting(box);
  for (const auto& [key, value] : a.items()) {
    const Value* other = b.find(key);
    if (other == nullptr || (with_values && !equal(box, value, *other))) return false;
  }
  return true;
}

bool equal_ranges(const Range& a, const Range& b) {
  if (a.size != b.size || a.size == 0) return a.size == b.size;
  return a.start == b.start && (a.size == 1 || a.step == b.step);
}

[[noreturn]] void unordered(Order order, const Value& a, const Value& b) {
  static constexpr const char* kSymbols[] = {"<", "<=", ">", ">="};
  fail("'{}' is not supported between '{}' and '{}'", kSymbols[static_cast<size_t>(order)],
       type_name(a), type_name(b));
}

bool contains_item(Evaluator& evaluator, const Value& haystack, const Value& needle) {
  Iteration iteration(evaluator, haystack);
  for (Value item; iteration.next(item);)
    if (equal(evaluator.box, item, needle)) return true;
  return false;
}

bool view_contains(Sandbox& box, const DictView& view, const Value& needle) {
  if (view.what == DictView::What::keys) return view.dict().find(needle) != nullptr;
  if (!needle.is(Kind::tuple) || needle.sequence().size() != 2) return false;
  const Value* value = view.dict().find(needle.sequence()[0]);
  return value != nullptr && equal(box, *value, needle.sequence()[1]);
}

bool is_set(const Value& value) {
  return value.is(Kind::view) && value.view().what != DictView::What::values;
}

// Views of keys and items are sets, which are ordered by inclusion.
bool ordered_sets(Sandbox& box, Order order, const DictView& a, const DictView& b) {
  if (order == Order::greater) return ordered_sets(box, Order::less, b, a);
  if (order == Order::greater_equal) return ordered_sets(box, Order::less_equal, b, a);
  const size_t size = a.dict().size();
  if (size > b.dict().size() || (order == Order::less && size == b.dict().size())) return false;
  for (size_t i = 0; i < size; ++i)
    if (!view_contains(box, b, a.at(i))) return false;
  return true;
}

}  // namespace

bool equal(Sandbox& box, const Value& a, const Value& b) {
  box.step();
  if (a.is_number() && b.is_number()) return relate_numbers(a, b) == Relation::same;
  if (a.kind() != b.kind()) return false;
  if (a.is_string()) {
    box.step_bytes(a.text().size());
    return a.text() == b.text();
  }
  if (!a.is_object() || a.is_undefined() || a.object() == b.object()) return true;
  if (a.is_sequence()) return equal_sequences(box, a.sequence(), b.sequence());
  if (a.is(Kind::dict)) return equal_dicts(box, a.dict(), b.dict(), true);
  if (a.is(Kind::range)) return equal_ranges(a.range(), b.range());
  if (a.is(Kind::view) && a.view().what == b.view().what && a.view().what != DictView::What::values)
    return equal_dicts(box, a.view().dict(), b.view().dict(),
                       a.view().what == DictView::What::items);
  return false;
}

bool ordered(Sandbox& box, Order order, const Value& a, const Value& b) {
  box.step();
  if (a.is_number() && b.is_number()) return satisfies(relate_numbers(a, b), order);
  if (a.is_undefined()) fail("{}", a.undefined().problem);
  if (b.is_undefined()) fail("{}", b.undefined().problem);
  if (a.is_string() && b.is_string()) {
    box.step_bytes(a.text().size());
    return satisfies(relate(a.text(), b.text()), order);  // UTF-8 sorts as code points do
  }
  if (is_set(a) && is_set(b)) return ordered_sets(box, order, a.view(), b.view());
  if (!a.is_sequence() || a.kind() != b.kind()) unordered(order, a, b);
  const Nesting nesting(box);
  const Sequence &left = a.sequence(), &right = b.sequence();
  for (size_t i = 0; i < left.size() && i < right.size(); ++i)
    if (!equal(box, left[i], right[i])) return ordered(box, order, left[i], right[i]);
  return satisfies(relate(left.size(), right.size()), order);
}

bool contains(Evaluator& evaluator, const Value& haystack, const Value& needle) {
  Sandbox& box = evaluator.box;
  if (haystack.is_string()) {
    if (!needle.is_string())
      fail("'in' of a str needs a str to its left, not {}", type_name(needle));
    box.step_bytes(haystack.text().size());
    return find_text(haystack.text(), needle.text(), 0) != std::string_view::npos;
  }
  if (haystack.is(Kind::dict)) return haystack.dict().find(needle) != nullptr;
  if (is_set(haystack)) return view_contains(box, haystack.view(), needle);
  if (!is_iterable(haystack)) fail("argument of type '{}' is not iterable", type_name(haystack));
  return contains_item(evaluator, haystack, needle);
}

}  // namespace hearth::text::jinja
