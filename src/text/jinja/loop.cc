#include "text/jinja/loop.h"

#include <iterator>

#include "text/jinja/compare.h"
#include "text/jinja/error.h"

namespace hearth::text::jinja {

Loop::Loop(Evaluator& evaluator, Value items, Value recurse, int64_t depth)
    : Other(evaluator.box, sizeof *this),
      items_(items),
      iteration_(evaluator, std::move(items)),
      recurse_(std::move(recurse)),
      depth_(depth) {}

void Loop::clear() {
  items_ = recurse_ = after_ = current_ = before_ = last_changed_ = Value::missing();
  iteration_.drop();
}

const Value& Loop::peek() {
  if (!peeked_) {
    peeked_ = true;
    if (!iteration_.next(after_)) after_ = Value::missing();
  }
  return after_;
}

bool Loop::advance() {
  Value next = peek();
  if (next.is_missing()) return false;
  peeked_ = false;
  after_ = Value::missing();
  ++index_;
  before_ = std::exchange(current_, std::move(next));
  return true;
}

int64_t Loop::length(Evaluator& evaluator) {
  if (length_ >= 0) return length_;
  if (const auto known = length_of(items_)) return length_ = static_cast<int64_t>(*known);
  // A generator: what is left of it is read ahead to be counted.
  const auto rest = make<Sequence>(box());
  for (Value item; iteration_.next(item);) rest->push(std::move(item));
  iteration_ = Iteration(evaluator, list_value(rest));
  const bool pending = peeked_ && !after_.is_missing();
  return length_ = static_cast<int64_t>(rest->size()) + index_ + (pending ? 1 : 0);
}

bool Loop::changed(Evaluator& evaluator, Value values) {
  if (!last_changed_.is_missing() && equal(evaluator.box, last_changed_, values)) return false;
  last_changed_ = std::move(values);
  return true;
}

std::string Loop::print(Evaluator& evaluator) {
  return fmt::format("<LoopContext {}/{}>", index_, length(evaluator));
}

struct LoopAttributes {
  const char* name;
  Value (*get)(Loop&, Evaluator&);

  static Value previous(Loop& loop, Evaluator& evaluator) {
    if (loop.index_ > 1) return loop.before_;
    return make_undefined(evaluator.box, "there is no previous item");
  }
  static Value next(Loop& loop, Evaluator& evaluator) {
    const Value& after = loop.peek();
    return after.is_missing() ? make_undefined(evaluator.box, "there is no next item") : after;
  }
  static Value last(Loop& loop, Evaluator&) { return Value::boolean(loop.peek().is_missing()); }
};

namespace {

Loop& loop_of(Invocation& call) { return static_cast<Loop&>(call.subject.other()); }

Value cycle(Invocation& call) {
  const std::vector<Value>& values = call.arguments.positional;
  if (!call.arguments.named.empty()) fail("cycle() takes no keyword arguments");
  if (values.empty()) fail("no items for cycling given");
  return values[static_cast<size_t>(loop_of(call).index() - 1) % values.size()];
}

Value changed(Invocation& call) {
  if (!call.arguments.named.empty()) fail("changed() takes no keyword arguments");
  return Value::boolean(
      loop_of(call).changed(call.evaluator, make_tuple(call.box, call.arguments.positional)));
}

constexpr Native kMethods[] = {
    {"cycle", cycle, Native::kVariadic, {}},
    {"changed", changed, Native::kVariadic, {}},
};

constexpr LoopAttributes kAttributes[] = {
    {"index", [](Loop& l, Evaluator&) { return Value::integer(l.index()); }},
    {"index0", [](Loop& l, Evaluator&) { return Value::integer(l.index() - 1); }},
    {"revindex", [](Loop& l, Evaluator& e) { return Value::integer(l.length(e) - l.index() + 1); }},
    {"revindex0", [](Loop& l, Evaluator& e) { return Value::integer(l.length(e) - l.index()); }},
    {"first", [](Loop& l, Evaluator&) { return Value::boolean(l.index() == 1); }},
    {"last", LoopAttributes::last},
    {"length", [](Loop& l, Evaluator& e) { return Value::integer(l.length(e)); }},
    {"depth", [](Loop& l, Evaluator&) { return Value::integer(l.depth()); }},
    {"depth0", [](Loop& l, Evaluator&) { return Value::integer(l.depth() - 1); }},
    {"previtem", LoopAttributes::previous},
    {"nextitem", LoopAttributes::next},
};

}  // namespace

std::optional<Value> Loop::attribute(Evaluator& evaluator, std::string_view name) {
  for (const LoopAttributes& entry : kAttributes)
    if (name == entry.name) return entry.get(*this, evaluator);
  const Native* method = find_native(kMethods, name);
  if (method == nullptr) return std::nullopt;
  return make_other<NativeFunction>(evaluator.box, *method, Value(Kind::other, this));
}

Value Loop::call(Evaluator& evaluator, Arguments& arguments) {
  if (arguments.positional.size() != 1 || !arguments.named.empty())
    fail("loop() takes one argument: the items to render the loop for");
  if (recurse_.is_missing()) fail("the loop must be marked 'recursive' to be called recursively");
  return static_cast<Recursion&>(recurse_.other())
      .render(evaluator, arguments.positional.front(), depth_ + 1);
}

Value Recursion::render(Evaluator& evaluator, const Value& items, int64_t depth) {
  const Value self(Kind::other, this);
  const Restore<Ref<Frame>> frame(evaluator.frame,
                                  make<Frame>(evaluator.box, loop_.recursion.slots, outer_));
  Capture capture(evaluator);
  loop_.run(evaluator, items, self, depth);
  return capture.text.value(evaluator.autoescape);
}

}  // namespace hearth::text::jinja
