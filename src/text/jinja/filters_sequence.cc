// Filters over the items of a value: first, last, list, join, batch, slice, unique and the like.

#include <memory>
#include <optional>

#include "base/utf8.h"
#include "text/jinja/compare.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/iterate.h"
#include "text/jinja/lazy.h"
#include "text/jinja/markup.h"
#include "text/jinja/path.h"
#include "text/jinja/print.h"

namespace hearth::text::jinja::filters {
namespace {

// Item `i` from the end of what Python's reversed() takes.
Value from_end(Evaluator& evaluator, const Value& value, size_t i) {
  const size_t at = *length_of(value) - 1 - i;
  if (value.is(Kind::dict)) return value.dict().items()[at].first;
  if (value.is(Kind::view)) return value.view().at(at);
  return item_at(evaluator.box, value, at);
}

// Markup takes part: it makes the result Markup, and the rest is escaped.
Value join_escaped(Invocation& call, const Ref<Sequence>& items, const Value& separator) {
  bool safe = separator.string().safe();
  for (const Value& item : items->items()) safe |= item.is_string() && item.string().safe();
  Text out(call.box);
  for (size_t i = 0; i < items->size(); ++i) {
    for (const Value* part : {&separator, &(*items)[i]}) {
      if (part == &separator && i == 0) continue;
      if (safe) {
        append_escaped(call.evaluator, *part, out);
      } else {
        print_value(call.evaluator, *part, out);
      }
    }
  }
  return out.value(safe);
}

}  // namespace

Value default_(Invocation& call) {
  if (call.subject.is_undefined() || (call.flag(1, false) && !truth(call.subject)))
    return call.given(0) ? call[0] : call.string("");
  return call.subject;
}

Value first(Invocation& call) {
  Iteration iteration(call.evaluator, call.subject);
  Value item;
  if (iteration.next(item)) return item;
  return make_undefined(call.box, "No first item, sequence was empty.");
}

Value last(Invocation& call) {
  const auto length = length_of(call.subject);
  if (!length) fail("'{}' object is not reversible", type_name(call.subject));
  if (*length == 0) return make_undefined(call.box, "No last item, sequence was empty.");
  return from_end(call.evaluator, call.subject, 0);
}

Value length(Invocation& call) {
  const auto length = length_of(call.subject);
  if (!length) fail("object of type '{}' has no len()", type_name(call.subject));
  return Value::integer(static_cast<int64_t>(*length));
}

Value list(Invocation& call) { return list_value(to_list(call.evaluator, call.subject)); }

Value random(Invocation&) {
  fail("'random' is not available: a chat template must give the same text every time");
}

Value reverse(Invocation& call) {
  const Value subject = call.subject;
  if (subject.is_string()) {
    const std::string_view text = subject.text();
    call.box.step_through(text.size());
    const Reservation reservation(call.box, text.size());
    std::string mirrored(text.size(), '\0');
    for (size_t at = 0; at < text.size();) {
      const size_t bytes = decode_utf8(text, at).bytes;
      text.copy(mirrored.data() + (text.size() - at - bytes), bytes, at);
      at += bytes;
    }
    return call.like_subject(std::move(mirrored));
  }
  if (const auto length = length_of(subject)) {
    return make_lazy(call.box, [subject, size = *length, i = size_t{0}](Evaluator& evaluator,
                                                                        Value& item) mutable {
      if (i >= size) return false;
      item = from_end(evaluator, subject, i++);
      return true;
    });
  }
  if (!is_iterable(subject)) fail("argument must be iterable");
  const Ref<Sequence> items = to_list(call.evaluator, subject);
  const auto reversed = make<Sequence>(call.box);
  for (size_t i = items->size(); i > 0; --i) reversed->push((*items)[i - 1]);
  return list_value(reversed);
}

Value items(Invocation& call) {
  const Value subject = call.subject;
  return make_lazy(call.box, [subject, i = size_t{0}](Evaluator& evaluator, Value& item) mutable {
    if (subject.is_undefined()) return false;
    if (!subject.is(Kind::dict)) fail("can only get item pairs from a mapping");
    if (i >= subject.dict().size()) return false;
    const auto& [key, value] = subject.dict().items()[i++];
    item = make_tuple(evaluator.box, {key, value});
    return true;
  });
}

Value join(Invocation& call) {
  const Value separator =
      call.given(0) ? to_string_value(call.evaluator, call[0]) : call.string("");
  const Path path(call.box, call[1]);
  Iteration iteration(call.evaluator, call.subject);
  if (call.evaluator.autoescape) {
    const auto items = make<Sequence>(call.box);
    for (Value item; iteration.next(item);) items->push(path.of(call.evaluator, item));
    return join_escaped(call, items, separator);
  }
  Text out(call.box);
  bool between = false;
  for (Value item; iteration.next(item); between = true) {
    if (between) out += separator.text();
    print_value(call.evaluator, path.of(call.evaluator, item), out);
  }
  return out.value();
}

Value batch(Invocation& call) {
  struct State {
    std::optional<Iteration> iteration;
    Value opening = Value::missing();  // the first item of the next line, read already
    bool done = false;
  };
  return make_lazy(
      call.box, [state = std::make_shared<State>(), source = call.subject, count = Value(call[0]),
                 fill = call.or_else(1, Value())](Evaluator& evaluator, Value& line) {
        if (state->done) return false;
        if (!state->iteration) state->iteration.emplace(evaluator, source);
        const auto items = make<Sequence>(evaluator.box);
        const auto size = [&] { return Value::integer(static_cast<int64_t>(items->size())); };
        if (!state->opening.is_missing()) items->push(state->opening);
        for (Value item; state->iteration->next(item);) {
          if (equal(evaluator.box, size(), count)) {
            state->opening = std::move(item);
            line = list_value(items);
            return true;
          }
          items->push(std::move(item));
        }
        state->done = true;
        if (items->size() == 0) return false;
        while (!fill.is_none() && ordered(evaluator.box, Order::less, size(), count))
          items->push(fill);
        line = list_value(items);
        return true;
      });
}

Value slice(Invocation& call) {
  const int64_t slices = call.integer(0, 0);
  auto items = std::make_shared<Ref<Sequence>>();
  return make_lazy(call.box, [items, slices, source = call.subject, fill = Value(call[1]),
                              number = int64_t{0}](Evaluator& evaluator, Value& part) mutable {
    if (!*items) {
      *items = to_list(evaluator, source);
      if (slices == 0) fail("integer division or modulo by zero");
    }
    if (number >= slices) return false;
    const auto length = static_cast<int64_t>((*items)->size());
    const int64_t size = length / slices, longer = length % slices;
    const int64_t start = number * size + std::min(number, longer);
    const int64_t end = start + size + (number < longer ? 1 : 0);
    const auto piece = make<Sequence>(evaluator.box);
    for (int64_t i = start; i < end; ++i) piece->push((**items)[static_cast<size_t>(i)]);
    if (!fill.is_missing() && !fill.is_none() && number >= longer) piece->push(fill);
    part = list_value(piece);
    ++number;
    return true;
  });
}

Value unique(Invocation& call) {
  struct State {
    State(Invocation& call)
        : source(call.subject),
          path(call.box, call[1]),
          case_sensitive(call.flag(0, false)),
          seen(make<Dict>(call.box)) {}
    Value source;
    std::optional<Iteration> iteration;
    Path path;
    bool case_sensitive;
    Ref<Dict> seen;
  };
  auto state = std::make_shared<State>(call);
  return make_lazy(call.box, [state](Evaluator& evaluator, Value& item) {
    if (!state->iteration) state->iteration.emplace(evaluator, state->source);
    while (state->iteration->next(item)) {
      Value key = state->path.of(evaluator, item);
      if (!state->case_sensitive) key = ignoring_case(evaluator, key);
      if (state->seen->find(key) != nullptr) continue;
      state->seen->set(key, Value());
      return true;
    }
    return false;
  });
}

}  // namespace hearth::text::jinja::filters
