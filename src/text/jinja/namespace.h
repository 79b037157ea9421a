// namespace(), cycler() and joiner(): the values that templates change.
#pragma once

#include "text/jinja/dict.h"
#include "text/jinja/native.h"

namespace hearth::text::jinja {

class Namespace : public Other {
 public:
  explicit Namespace(Sandbox& box) : Other(box, sizeof *this), values_(make<Dict>(box)) {}
  void set(const Value& name, const Value& value) { values_->set(name, value); }
  std::string type_name() const override { return "Namespace"; }
  std::string print(Evaluator& evaluator) override;
  std::optional<Value> attribute(Evaluator& evaluator, std::string_view name) override;
  void clear() override { values_ = {}; }

 private:
  Ref<Dict> values_;
};

/// Hands out its values in turn.
class Cycler : public Other {
 public:
  Cycler(Sandbox& box, std::vector<Value> values);
  std::string type_name() const override { return "Cycler"; }
  std::optional<Value> attribute(Evaluator& evaluator, std::string_view name) override;
  const Value& current() const { return (*values_)[at_]; }
  void advance() { at_ = (at_ + 1) % values_->size(); }
  void reset() { at_ = 0; }

 private:
  Ref<Sequence> values_;
  size_t at_ = 0;
};

/// Gives "" the first time it is called and its separator from then on.
class Joiner : public Other {
 public:
  Joiner(Sandbox& box, Value separator)
      : Other(box, sizeof *this), separator_(std::move(separator)) {}
  std::string type_name() const override { return "Joiner"; }
  bool callable() const override { return true; }
  Value call(Evaluator& evaluator, Arguments& arguments) override;
  std::optional<Value> attribute(Evaluator& evaluator, std::string_view name) override;

 private:
  Value separator_;
  bool used_ = false;
};

}  // namespace hearth::text::jinja
