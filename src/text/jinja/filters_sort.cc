// Filters that order, group and reduce: sort, dictsort, groupby, min, max, sum.

#include <algorithm>
#include <numeric>

#include "text/jinja/compare.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/iterate.h"
#include "text/jinja/operators.h"
#include "text/jinja/path.h"

namespace hearth::text::jinja::filters {
namespace {

Value key_of(Evaluator& evaluator, const Path& path, const Value& item, bool case_sensitive,
             const Value& fallback = {}) {
  const Value key = path.of(evaluator, item, fallback);
  return case_sensitive ? key : ignoring_case(evaluator, key);
}

// The order of the keys, equal ones as they came; reversed, equal ones still as they came.
std::vector<size_t> sorted_order(Sandbox& box, const Sequence& keys, bool reverse) {
  std::vector<size_t> order(keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (reverse) std::reverse(order.begin(), order.end());
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return ordered(box, Order::less, keys[a], keys[b]); });
  if (reverse) std::reverse(order.begin(), order.end());
  return order;
}

// "a.b,c" of sort(): several attributes, compared one after another.
std::vector<Path> paths_of(Invocation& call, const Value& attribute) {
  std::vector<Path> paths;
  if (!attribute.is_string()) {
    paths.emplace_back(call.box, attribute);
    return paths;
  }
  const std::string_view text = attribute.text();
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    paths.emplace_back(call.box, call.string(std::string(text.substr(start, end - start))));
    start = end + 1;
  }
  return paths;
}

Value extreme(Invocation& call, Order better) {
  const bool case_sensitive = call.flag(0, false);
  const Path path(call.box, call[1]);
  Iteration iteration(call.evaluator, call.subject);
  Value best;
  if (!iteration.next(best))
    return make_undefined(call.box, "No aggregated item, sequence was empty.");
  Value best_key = key_of(call.evaluator, path, best, case_sensitive);
  for (Value item; iteration.next(item);) {
    Value key = key_of(call.evaluator, path, item, case_sensitive);
    if (!ordered(call.box, better, key, best_key)) continue;
    best = std::move(item);
    best_key = std::move(key);
  }
  return best;
}

}  // namespace

Value sort(Invocation& call) {
  const bool case_sensitive = call.flag(1, false);
  const Ref<Sequence> items = to_list(call.evaluator, call.subject);
  const std::vector<Path> paths = paths_of(call, call[2]);
  const auto keys = make<Sequence>(call.box);
  for (const Value& item : items->items()) {
    const auto key = make<Sequence>(call.box);
    for (const Path& path : paths) key->push(key_of(call.evaluator, path, item, case_sensitive));
    keys->push(list_value(key));
  }
  const auto sorted = make<Sequence>(call.box);
  for (size_t i : sorted_order(call.box, *keys, call.integer(0, 0) != 0)) sorted->push((*items)[i]);
  return list_value(sorted);
}

Value dictsort(Invocation& call) {
  const std::string_view by = call.given(1) && call[1].is_string() ? call[1].text() : "";
  if (call.given(1) && by != "key" && by != "value")
    fail("you can only sort by either \"key\" or \"value\"");
  if (call.subject.is_undefined()) fail("{}", call.subject.undefined().problem);
  if (!call.subject.is(Kind::dict)) fail("'{}' object has no items", type_name(call.subject));
  const bool case_sensitive = call.flag(0, false);
  const auto keys = make<Sequence>(call.box);
  const std::vector<Dict::Item>& items = call.subject.dict().items();
  for (const auto& [key, value] : items) {
    const Value& sort_by = by == "value" ? value : key;
    keys->push(case_sensitive ? sort_by : ignoring_case(call.evaluator, sort_by));
  }
  const auto sorted = make<Sequence>(call.box);
  for (size_t i : sorted_order(call.box, *keys, call.integer(2, 0) != 0))
    sorted->push(make_tuple(call.box, {items[i].first, items[i].second}));
  return list_value(sorted);
}

Value groupby(Invocation& call) {
  const Path path(call.box, call[0]);
  const Value fallback = call.or_else(1, Value());
  const bool case_sensitive = call.flag(2, false);
  const Ref<Sequence> items = to_list(call.evaluator, call.subject);
  const auto keys = make<Sequence>(call.box);
  for (const Value& item : items->items())
    keys->push(key_of(call.evaluator, path, item, case_sensitive, fallback));
  const auto groups = make<Sequence>(call.box);
  const std::vector<size_t> order = sorted_order(call.box, *keys, false);
  for (size_t i = 0; i < order.size();) {
    const Value& key = (*keys)[order[i]];
    // The name of a group is spelled as in its first item.
    const Value name = path.of(call.evaluator, (*items)[order[i]], fallback);
    const auto members = make<Sequence>(call.box);
    for (; i < order.size() && equal(call.box, (*keys)[order[i]], key); ++i)
      members->push((*items)[order[i]]);
    if (members->size() == 0) members->push((*items)[order[i++]]);  // a key unlike itself: NaN
    const auto group = make<Sequence>(call.box);
    group->is_group = true;
    group->push(name);
    group->push(list_value(members));
    groups->push(tuple_value(group));
  }
  return list_value(groups);
}

Value max(Invocation& call) { return extreme(call, Order::greater); }
Value min(Invocation& call) { return extreme(call, Order::less); }

Value sum(Invocation& call) {
  const Path path(call.box, call[0]);
  Value total = call.or_else(1, Value::integer(0));
  if (total.is_string()) fail("sum() can't sum strings");
  Iteration iteration(call.evaluator, call.subject);
  for (Value item; iteration.next(item);)
    total = add(call.evaluator, total, path.of(call.evaluator, item));
  return total;
}

}  // namespace hearth::text::jinja::filters
