// Macros, and the callers of call blocks.
#pragma once

#include "text/jinja/evaluator.h"
#include "text/jinja/statements.h"

namespace hearth::text::jinja {

class Macro : public Other {
 public:
  Macro(Sandbox& box, const MacroCode& code, Ref<Frame> outer, bool autoescape)
      : Other(box, sizeof *this), code_(code), outer_(std::move(outer)), autoescape_(autoescape) {}
  std::string type_name() const override { return "Macro"; }
  std::string print(Evaluator& evaluator) override;
  std::optional<Value> attribute(Evaluator& evaluator, std::string_view name) override;
  bool callable() const override { return true; }
  Value call(Evaluator& evaluator, Arguments& arguments) override;
  void clear() override { outer_ = {}; }

 private:
  void bind_parameters(Evaluator& evaluator, Arguments& arguments) const;
  void bind_special(Evaluator& evaluator, Arguments& arguments) const;

  const MacroCode& code_;
  Ref<Frame> outer_;
  const bool autoescape_;  // where it was defined
};

}  // namespace hearth::text::jinja
