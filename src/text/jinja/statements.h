// The syntax tree of statements.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "text/jinja/ast.h"
#include "text/jinja/expressions.h"

namespace hearth::text::jinja {

struct Data final : Stmt {
  Data(uint32_t its_line, std::string its_text) : Stmt(its_line), text(std::move(its_text)) {}
  Flow execute(Evaluator& evaluator) const override;
  std::string text;
};

/// `{{ value }}`
struct Print final : Stmt {
  Print(uint32_t its_line, ExprPtr its_value) : Stmt(its_line), value(std::move(its_value)) {}
  void each_child(const Visit& visit) override;
  Flow execute(Evaluator& evaluator) const override;
  ExprPtr value;
};

struct If final : Stmt {
  struct Branch {
    ExprPtr test;
    Body body;
  };
  using Stmt::Stmt;
  void each_child(const Visit& visit) override;
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  std::vector<Branch> branches;  ///< if, elif ...
  Body otherwise;
};

struct For final : Stmt {
  using Stmt::Stmt;
  void each_child(const Visit& visit) override;
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  /// One run over `items`, in the current function.
  Flow run(Evaluator& evaluator, const Value& items, const Value& recurse, int64_t depth) const;

  TargetPtr target;
  ExprPtr iterable;
  Body body, otherwise;
  ExprPtr test;  ///< `if` of the loop head, or null
  bool recursive = false;

  Scope body_scope, otherwise_scope;
  bool has_loop_variable = false;
  Place loop_variable;
  Function recursion;  ///< of a recursive loop
  Function filter;     ///< of `test`
  Scope test_scope;
  TargetPtr test_target;  ///< `target` again, as a variable of `filter`
};

/// `{% set target = value %}`
struct Assign final : Stmt {
  Assign(uint32_t its_line, TargetPtr its_target, ExprPtr its_value)
      : Stmt(its_line), target(std::move(its_target)), value(std::move(its_value)) {}
  void each_child(const Visit& visit) override;
  void declare(Symbols& symbols) override;
  Flow execute(Evaluator& evaluator) const override;
  TargetPtr target;
  ExprPtr value;
};

/// `{% set target | filters %}body{% endset %}`
struct AssignBlock final : Stmt {
  using Stmt::Stmt;
  void each_child(const Visit& visit) override;
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  TargetPtr target;
  ExprPtr filter;  ///< a chain that ends in Captured; may be null
  Body body;
  Scope scope;
};

struct FilterBlock final : Stmt {
  using Stmt::Stmt;
  void each_child(const Visit& visit) override;
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  ExprPtr filter;  ///< a chain that ends in Captured
  Body body;
  Scope scope;
};

struct With final : Stmt {
  using Stmt::Stmt;
  void each_child(const Visit& visit) override;
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  std::vector<std::pair<TargetPtr, ExprPtr>> variables;
  Body body;
  Scope scope;
};

/// `{% autoescape on %}`
struct Autoescape final : Stmt {
  using Stmt::Stmt;
  void each_child(const Visit& visit) override;
  void declare(Symbols&) override {}
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  ExprPtr on;
  Body body;
  Scope scope;
};

/// What macros and call blocks share: parameters and a body with variables of its own.
struct MacroCode {
  struct Parameter {
    std::string name;
    ExprPtr fallback;  ///< or null
    Place place;
  };
  void each_child(const Node::Visit& visit);
  void declare_parameters(Symbols& symbols) const;
  void bind(const Binder& binder, uint32_t line);

  std::string name;
  std::vector<Parameter> parameters;
  Body body;
  Function function;
  Scope scope;
  /// Special variables that the body reads without declaring them.
  bool reads_caller = false, reads_named = false, reads_rest = false;
  Place caller, named, rest;
};

struct MacroDefinition final : Stmt {
  using Stmt::Stmt;
  void each_child(const Visit& visit) override { code.each_child(visit); }
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  MacroCode code;
  TargetPtr target;
};

/// `{% call(x) macro() %}body{% endcall %}`; without `call` it is a generation block, which marks
/// what the model wrote and renders as its body.
struct CallBlock final : Stmt {
  using Stmt::Stmt;
  void each_child(const Visit& visit) override;
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  std::unique_ptr<Call> call;
  MacroCode code;
};

/// `{% block name %}`: with no template that extends this one, it renders where it stands.
struct Block final : Stmt {
  using Stmt::Stmt;
  void each_child(const Visit& visit) override;
  void declare(Symbols&) override {}
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  std::string name;
  bool scoped = false, required = false;
  Body body;
  Function function;
  Scope scope;
  bool reads_self = false, reads_super = false;
  Place self, super;
  std::vector<std::pair<std::string, Place>> outer;  ///< what a scoped block sees
};

struct LoopControl final : Stmt {
  LoopControl(uint32_t its_line, Flow its_flow) : Stmt(its_line), flow(its_flow) {}
  void bind(const Binder& binder) override;
  Flow execute(Evaluator&) const override { return flow; }
  Flow flow;
};

/// include, import, from and extends: syntax that is known and has nothing to reach here.
struct Unavailable final : Stmt {
  Unavailable(uint32_t its_line, std::string its_tag, ExprPtr its_name)
      : Stmt(its_line), tag(std::move(its_tag)), name(std::move(its_name)) {}
  void each_child(const Visit& visit) override;
  void declare(Symbols& symbols) override;
  void bind(const Binder& binder) override;
  Flow execute(Evaluator& evaluator) const override;
  std::string tag;
  ExprPtr name;
  std::vector<std::string> imported;  ///< names that it would set
};

}  // namespace hearth::text::jinja
