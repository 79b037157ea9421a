// One rendering: the variables, the output and the limits that the nodes of the tree work on while
// they are evaluated.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/ast.h"
#include "text/jinja/bind.h"
#include "text/jinja/native.h"
#include "text/jinja/text.h"

namespace hearth::text::jinja {

/// The variables of one call of a function; `outer` is where the function was defined.
class Frame : public Cyclic {
 public:
  Frame(Sandbox& box, uint32_t slots, Ref<Frame> outer)
      : Cyclic(box, sizeof *this + slots * sizeof(Value)),
        outer_(std::move(outer)),
        slots_(slots, Value::missing()) {}
  Value& slot(Place place) {
    Frame* frame = this;
    for (uint32_t hop = 0; hop < place.hops; ++hop) frame = frame->outer_.get();
    return frame->slots_[place.slot];
  }
  void clear() override {
    slots_.clear();
    outer_ = {};
  }

 private:
  Ref<Frame> outer_;
  std::vector<Value> slots_;
};

class Evaluator {
 public:
  /// `context` is a dict: the variables that the template is rendered with.
  Evaluator(Sandbox& box, const Blocks& blocks, Value context);

  Value evaluate(const Expr& expression);
  Flow execute(const Body& body);
  /// The text that `body` renders.
  Value capture(const Body& body, Flow& flow);

  Value call(const Value& callee, Arguments& arguments);
  Value& variable(Place place) { return frame->slot(place); }
  void enter(const Scope& scope);
  void leave(const Scope& scope);
  /// A variable of the context, else a global function, else `missing`.
  Value resolve(const std::string& name);
  /// A variable set at the top level, which blocks see.
  void export_variable(const std::string& name, const Value& value) { exported_[name] = value; }
  std::map<std::string, Value>& exported() { return exported_; }
  const Blocks& blocks() const { return blocks_; }

  /// Appends str(value), escaped where autoescape is on.
  void print(const Value& value);
  void write(std::string_view text) { *out_ += text; }

  Sandbox& box;
  Ref<Frame> frame;
  bool autoescape = false;
  Value captured;  ///< text of the block whose filters are being applied

 private:
  friend class Capture;
  const Blocks& blocks_;
  Value context_;
  std::map<std::string, Value> exported_;
  Text* out_ = nullptr;
};

/// `self` in a template: its blocks.
Value self_value(Evaluator& evaluator);

/// Sends output to a text of its own, for as long as it lives.
class Capture {
 public:
  explicit Capture(Evaluator& evaluator)
      : text(evaluator.box), evaluator_(evaluator), outer_(evaluator.out_) {
    evaluator.out_ = &text;
  }
  ~Capture() { evaluator_.out_ = outer_; }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  Text text;

 private:
  Evaluator& evaluator_;
  Text* outer_;
};

/// Makes `value` the content of `place` until it is destroyed.
template <typename T>
class Restore {
 public:
  Restore(T& place, T value) : place_(place), old_(std::exchange(place, std::move(value))) {}
  ~Restore() { place_ = std::move(old_); }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  T& place_;
  T old_;
};

}  // namespace hearth::text::jinja
