// Blocks, and `self` and `super` in them. No template extends another here, so a block renders
// where it stands and has no parent.

#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/statements.h"

namespace hearth::text::jinja {
namespace {

// Renders in a frame of its own, which sees the context and what is set at the top level.
void render(Evaluator& evaluator, const Block& block);

class BlockReference : public Other {
 public:
  BlockReference(Sandbox& box, const Block& block) : Other(box, sizeof *this), block_(block) {}
  std::string type_name() const override { return "BlockReference"; }
  bool callable() const override { return true; }
  Value call(Evaluator& evaluator, Arguments& arguments) override {
    if (!arguments.positional.empty() || !arguments.named.empty())
      fail("a block takes no arguments");
    Capture capture(evaluator);
    render(evaluator, block_);
    return capture.text.value(evaluator.autoescape);
  }

 private:
  const Block& block_;
};

/// `self`: the blocks of the template by name.
class TemplateReference : public Other {
 public:
  explicit TemplateReference(Sandbox& box) : Other(box, sizeof *this) {}
  std::string type_name() const override { return "TemplateReference"; }
  std::optional<Value> attribute(Evaluator& evaluator, std::string_view name) override {
    const auto it = evaluator.blocks().find(name);
    if (it == evaluator.blocks().end()) return std::nullopt;
    return make_other<BlockReference>(evaluator.box, *it->second);
  }
};

void render(Evaluator& evaluator, const Block& block) {
  if (block.required) fail("the required block '{}' is not filled in", block.name);
  const Restore<Ref<Frame>> frame(evaluator.frame,
                                  make<Frame>(evaluator.box, block.function.slots, Ref<Frame>()));
  const Restore<bool> autoescape(evaluator.autoescape, false);  // whatever stands around the block
  if (block.reads_self) evaluator.variable(block.self) = self_value(evaluator);
  if (block.reads_super)
    evaluator.variable(block.super) = make_undefined(
        evaluator.box, fmt::format("there is no parent block called '{}'", block.name));
  evaluator.enter(block.scope);
  evaluator.execute(block.body);
}

}  // namespace

Value self_value(Evaluator& evaluator) { return make_other<TemplateReference>(evaluator.box); }

Flow Block::execute(Evaluator& evaluator) const {
  evaluator.box.step(1 + evaluator.exported().size() + outer.size());
  std::map<std::string, Value> visible = evaluator.exported();
  for (const auto& [variable, at] : outer)
    if (const Value& value = evaluator.variable(at); !value.is_missing()) visible[variable] = value;
  const Restore<std::map<std::string, Value>> exported(evaluator.exported(), std::move(visible));
  render(evaluator, *this);
  return Flow::normal;
}

}  // namespace hearth::text::jinja
