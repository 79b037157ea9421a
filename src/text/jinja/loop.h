// The variable `loop` of a for loop.
#pragma once

#include "text/jinja/evaluator.h"
#include "text/jinja/iterate.h"
#include "text/jinja/statements.h"

namespace hearth::text::jinja {

class Loop : public Other {
 public:
  /// `recurse` renders the loop for other items (a recursive loop), or is `missing`.
  Loop(Evaluator& evaluator, Value items, Value recurse, int64_t depth);

  /// Moves on to the next item; false at the end.
  bool advance();
  const Value& item() const { return current_; }

  std::string type_name() const override { return "LoopContext"; }
  std::string print(Evaluator& evaluator) override;
  std::optional<Value> attribute(Evaluator& evaluator, std::string_view name) override;
  bool callable() const override { return true; }
  Value call(Evaluator& evaluator, Arguments& arguments) override;
  void clear() override;

  int64_t length(Evaluator& evaluator);
  int64_t index() const { return index_; }  ///< from 1
  int64_t depth() const { return depth_; }  ///< from 1
  bool changed(Evaluator& evaluator, Value values);

 private:
  friend struct LoopAttributes;
  /// The item after the current one, or `missing` at the end.
  const Value& peek();

  Value items_;
  Iteration iteration_;
  Value recurse_;
  int64_t depth_;
  int64_t index_ = 0;
  int64_t length_ = -1;  // not known yet
  bool peeked_ = false;
  Value after_ = Value::missing();
  Value current_ = Value::missing();
  Value before_ = Value::missing();
  Value last_changed_ = Value::missing();
};

/// Renders a recursive loop for some items; what `loop(items)` calls.
class Recursion : public Other {
 public:
  Recursion(Sandbox& box, const For& loop, Ref<Frame> outer)
      : Other(box, sizeof *this), loop_(loop), outer_(std::move(outer)) {}
  std::string type_name() const override { return "function"; }
  Value render(Evaluator& evaluator, const Value& items, int64_t depth);
  const Ref<Frame>& outer() const { return outer_; }
  void clear() override { outer_ = {}; }

 private:
  const For& loop_;
  Ref<Frame> outer_;
};

}  // namespace hearth::text::jinja
