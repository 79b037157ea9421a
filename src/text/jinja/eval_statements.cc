// What each statement does.

#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/iterate.h"
#include "text/jinja/loop.h"
#include "text/jinja/macro.h"
#include "text/jinja/namespace.h"
#include "text/jinja/statements.h"

namespace hearth::text::jinja {
namespace {

// The items of a for loop that pass its `if`, tested as they are asked for.
class Filtered : public Iterator {
 public:
  Filtered(Sandbox& box, Evaluator& evaluator, const For& loop, const Value& items,
           const Ref<Frame>& outer)
      : Iterator(box, sizeof *this),
        loop_(loop),
        iteration_(evaluator, items),
        frame_(make<Frame>(box, loop.filter.slots, outer)) {}

  bool next(Evaluator& evaluator, Value& item) override {
    if (running_) fail("the items of a for loop are asked for while they are being tested");
    const Restore<bool> running(running_, true);
    const Restore<Ref<Frame>> frame(evaluator.frame, Ref<Frame>(frame_));
    if (!entered_) evaluator.enter(loop_.test_scope);
    entered_ = true;
    while (iteration_.next(item)) {
      loop_.test_target->assign(evaluator, item);
      if (truth(evaluator.evaluate(*loop_.test))) return true;
    }
    return false;
  }

 private:
  const For& loop_;
  Iteration iteration_;
  Ref<Frame> frame_;
  bool running_ = false, entered_ = false;
};

Value with_filter(Evaluator& evaluator, const ExprPtr& filter, Value text) {
  if (!filter) return text;
  const Restore<Value> captured(evaluator.captured, std::move(text));
  return evaluator.evaluate(*filter);
}

// What a block hands to the output must be text: Python joins it with the rest.
void write_text(Evaluator& evaluator, const Value& value) {
  if (!value.is_string()) fail("the block gives {}, which is no str", type_name(value));
  evaluator.write(value.text());
}

}  // namespace

void NameTarget::assign(Evaluator& evaluator, const Value& value) const {
  evaluator.variable(place) = value;
  if (exported) evaluator.export_variable(name, value);
}

void TupleTarget::assign(Evaluator& evaluator, const Value& value) const {
  const Ref<Sequence> values = to_list(evaluator, value);
  if (values->size() != items.size())
    fail("{} values cannot be assigned to {} names", values->size(), items.size());
  for (size_t i = 0; i < items.size(); ++i) items[i]->assign(evaluator, (*values)[i]);
}

void AttributeTarget::assign(Evaluator& evaluator, const Value& value) const {
  const Value& owner = evaluator.variable(place);
  auto* space = owner.is(Kind::other) ? dynamic_cast<Namespace*>(&owner.other()) : nullptr;
  if (space == nullptr)
    fail("cannot assign the attribute '{}' of '{}': it is not a namespace", attribute, object);
  space->set(make_string(evaluator.box, attribute), value);
}

Flow Data::execute(Evaluator& evaluator) const {
  evaluator.write(text);
  return Flow::normal;
}

Flow Print::execute(Evaluator& evaluator) const {
  evaluator.print(evaluator.evaluate(*value));
  return Flow::normal;
}

Flow If::execute(Evaluator& evaluator) const {
  for (const Branch& branch : branches)
    if (truth(evaluator.evaluate(*branch.test))) return evaluator.execute(branch.body);
  return evaluator.execute(otherwise);
}

Flow For::execute(Evaluator& evaluator) const {
  const Value items = evaluator.evaluate(*iterable);
  if (!recursive) return run(evaluator, items, Value::missing(), 1);
  const Ref<Recursion> renderer = make<Recursion>(evaluator.box, *this, evaluator.frame);
  evaluator.write(renderer->render(evaluator, items, 1).text());
  return Flow::normal;
}

Flow For::run(Evaluator& evaluator, const Value& items, const Value& recurse, int64_t depth) const {
  Value source = items;
  if (test) {
    const Ref<Frame> outer =
        recursive ? static_cast<Recursion&>(recurse.other()).outer() : evaluator.frame;
    source = Value(Kind::iterator, make<Filtered>(evaluator.box, evaluator, *this, items, outer));
  }
  const Ref<Loop> loop(new Loop(evaluator, std::move(source), recurse, depth));
  // As in jinja2, only a turn that comes to its end keeps `else` away.
  bool completed_a_turn = false;
  while (loop->advance()) {
    evaluator.box.step();
    if (has_loop_variable) evaluator.variable(loop_variable) = Value(Kind::other, loop);
    target->assign(evaluator, loop->item());
    evaluator.enter(body_scope);
    const Flow flow = evaluator.execute(body);
    if (flow == Flow::break_loop) break;
    if (flow == Flow::normal) completed_a_turn = true;
  }
  evaluator.leave(body_scope);
  if (completed_a_turn || otherwise.empty()) return Flow::normal;
  evaluator.enter(otherwise_scope);
  const Flow flow = evaluator.execute(otherwise);
  evaluator.leave(otherwise_scope);
  return flow;
}

Flow Assign::execute(Evaluator& evaluator) const {
  target->assign(evaluator, evaluator.evaluate(*value));
  return Flow::normal;
}

Flow AssignBlock::execute(Evaluator& evaluator) const {
  evaluator.enter(scope);
  Flow flow = Flow::normal;
  Value text = evaluator.capture(body, flow);
  if (flow != Flow::normal) return flow;
  text = with_filter(evaluator, filter, std::move(text));
  if (evaluator.autoescape && text.is_string())
    text = make_string(evaluator.box, std::string(text.text()), true);
  target->assign(evaluator, text);
  evaluator.leave(scope);
  return Flow::normal;
}

Flow FilterBlock::execute(Evaluator& evaluator) const {
  evaluator.enter(scope);
  Flow flow = Flow::normal;
  Value text = evaluator.capture(body, flow);
  if (flow != Flow::normal) return flow;
  const Value filtered = with_filter(evaluator, filter, std::move(text));
  write_text(evaluator, filtered);
  evaluator.leave(scope);
  return Flow::normal;
}

Flow With::execute(Evaluator& evaluator) const {
  evaluator.enter(scope);
  for (const auto& [target, value] : variables)
    target->assign(evaluator, evaluator.evaluate(*value));
  const Flow flow = evaluator.execute(body);
  evaluator.leave(scope);
  return flow;
}

Flow Autoescape::execute(Evaluator& evaluator) const {
  evaluator.enter(scope);
  const bool escaping = truth(evaluator.evaluate(*on));
  const Restore<bool> autoescape(evaluator.autoescape, escaping);
  const Flow flow = evaluator.execute(body);
  evaluator.leave(scope);
  return flow;
}

Flow MacroDefinition::execute(Evaluator& evaluator) const {
  target->assign(evaluator,
                 make_other<Macro>(evaluator.box, code, evaluator.frame, evaluator.autoescape));
  return Flow::normal;
}

Flow CallBlock::execute(Evaluator& evaluator) const {
  const Value caller =
      make_other<Macro>(evaluator.box, code, evaluator.frame, evaluator.autoescape);
  Arguments none;
  const Value result = call ? call->call(evaluator, &caller) : evaluator.call(caller, none);
  write_text(evaluator, result);
  return Flow::normal;
}

Flow Unavailable::execute(Evaluator&) const {
  fail("'{}' is not available: a chat template has no other templates to reach", tag);
}

}  // namespace hearth::text::jinja
