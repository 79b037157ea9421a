// The syntax tree of expressions.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "text/jinja/ast.h"
#include "text/jinja/compare.h"
#include "text/jinja/native.h"
#include "text/jinja/operators.h"

namespace hearth::text::jinja {

struct Constant final : Expr {
  Constant(uint32_t its_line, Value its_value) : Expr(its_line), value(std::move(its_value)) {}
  Value evaluate(Evaluator&) const override { return value; }
  Value value;
};

struct Name final : Expr {
  Name(uint32_t its_line, std::string its_name) : Expr(its_line), name(std::move(its_name)) {}
  Value evaluate(Evaluator& evaluator) const override;
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  std::string name;
  Place place;
};

struct SequenceLiteral final : Expr {
  SequenceLiteral(uint32_t its_line, Kind its_kind, std::vector<ExprPtr> its_items)
      : Expr(its_line), kind(its_kind), items(std::move(its_items)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  Kind kind;  ///< list or tuple
  std::vector<ExprPtr> items;
};

struct DictLiteral final : Expr {
  using Item = std::pair<ExprPtr, ExprPtr>;
  DictLiteral(uint32_t its_line, std::vector<Item> its_items)
      : Expr(its_line), items(std::move(its_items)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override { return "dict literal"; }
  std::vector<Item> items;
};

struct Unary final : Expr {
  Unary(uint32_t its_line, char its_op, ExprPtr its_operand)
      : Expr(its_line), op(its_op), operand(std::move(its_operand)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override;
  char op;  ///< '+' or '-'
  ExprPtr operand;
};

struct Not final : Expr {
  Not(uint32_t its_line, ExprPtr its_operand) : Expr(its_line), operand(std::move(its_operand)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  ExprPtr operand;
};

/// `and`, `or`: the value of the operand that decided.
struct Logic final : Expr {
  Logic(uint32_t its_line, bool its_is_and, ExprPtr its_left, ExprPtr its_right)
      : Expr(its_line),
        is_and(its_is_and),
        left(std::move(its_left)),
        right(std::move(its_right)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  bool is_and;
  ExprPtr left, right;
};

struct Binary final : Expr {
  Binary(uint32_t its_line, const Operator& its_op, ExprPtr its_left, ExprPtr its_right)
      : Expr(its_line), op(its_op), left(std::move(its_left)), right(std::move(its_right)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override;
  const Operator& op;
  ExprPtr left, right;
};

/// `a < b == c not in d`
struct Comparison final : Expr {
  using Operand = std::pair<const Comparator*, ExprPtr>;
  Comparison(uint32_t its_line, ExprPtr its_first, std::vector<Operand> its_rest)
      : Expr(its_line), first(std::move(its_first)), rest(std::move(its_rest)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override { return "comparison"; }
  ExprPtr first;
  std::vector<Operand> rest;
};

/// `a ~ b ~ c`
struct Concat final : Expr {
  Concat(uint32_t its_line, std::vector<ExprPtr> its_parts)
      : Expr(its_line), parts(std::move(its_parts)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::vector<ExprPtr> parts;
};

/// `value if test else otherwise`; `otherwise` may be null.
struct Conditional final : Expr {
  Conditional(uint32_t its_line, ExprPtr its_test, ExprPtr its_value, ExprPtr its_otherwise)
      : Expr(its_line),
        test(std::move(its_test)),
        value(std::move(its_value)),
        otherwise(std::move(its_otherwise)) {}
  void each_child(const Visit& visit) override;
  void bind(const Binder& binder) override;
  Value evaluate(Evaluator& evaluator) const override;
  ExprPtr test, value, otherwise;
};

struct Attribute final : Expr {
  Attribute(uint32_t its_line, ExprPtr its_object, std::string its_name)
      : Expr(its_line), object(std::move(its_object)), name(std::move(its_name)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override;
  ExprPtr object;
  std::string name;
};

struct Item final : Expr {
  Item(uint32_t its_line, ExprPtr its_object, ExprPtr its_key)
      : Expr(its_line), object(std::move(its_object)), key(std::move(its_key)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override { return "item"; }
  ExprPtr object, key;
};

/// `object[start:stop:step]`; each of the three may be null.
struct Slice final : Expr {
  Slice(uint32_t its_line, ExprPtr its_object, ExprPtr its_start, ExprPtr its_stop,
        ExprPtr its_step)
      : Expr(its_line),
        object(std::move(its_object)),
        start(std::move(its_start)),
        stop(std::move(its_stop)),
        step(std::move(its_step)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override { return "slice"; }
  ExprPtr object, start, stop, step;
};

/// `(a, b, name=c, *d, **e)` of a call, a filter or a test.
struct CallArguments {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr rest;        ///< `*d`, or null
  ExprPtr named_rest;  ///< `**e`, or null

  void each_child(const Node::Visit& visit);
  Arguments evaluate(Evaluator& evaluator) const;
};

struct Call final : Expr {
  Call(uint32_t its_line, ExprPtr its_callee, CallArguments its_arguments)
      : Expr(its_line), callee(std::move(its_callee)), arguments(std::move(its_arguments)) {}
  void each_child(const Visit& visit) override;
  Value evaluate(Evaluator& evaluator) const override { return call(evaluator, nullptr); }
  /// `caller`: the body of a call block, given to the callee under that name; may be null.
  Value call(Evaluator& evaluator, const Value* caller) const;
  std::string construct() const override;
  ExprPtr callee;
  CallArguments arguments;
};

/// A filter or a test. Unknown ones are errors when the tree is bound, but behind a condition only
/// when they are reached, as in jinja2: templates ask `'x' is filter` first.
struct Filter final : Expr {
  Filter(uint32_t its_line, ExprPtr its_target, std::string its_name, CallArguments its_arguments)
      : Expr(its_line),
        target(std::move(its_target)),
        name(std::move(its_name)),
        arguments(std::move(its_arguments)) {}
  void each_child(const Visit& visit) override;
  void bind(const Binder& binder) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override;
  ExprPtr target;
  std::string name;
  CallArguments arguments;
  const Native* native = nullptr;
};

struct Test final : Expr {
  Test(uint32_t its_line, ExprPtr its_target, std::string its_name, CallArguments its_arguments)
      : Expr(its_line),
        target(std::move(its_target)),
        name(std::move(its_name)),
        arguments(std::move(its_arguments)) {}
  void each_child(const Visit& visit) override;
  void bind(const Binder& binder) override;
  Value evaluate(Evaluator& evaluator) const override;
  std::string construct() const override;
  ExprPtr target;
  std::string name;
  CallArguments arguments;
  const Native* native = nullptr;
};

/// The text of the block that a filter block or a `set` block has rendered.
struct Captured final : Expr {
  using Expr::Expr;
  Value evaluate(Evaluator& evaluator) const override;
};

}  // namespace hearth::text::jinja
