// The syntax tree: what all nodes share, variables and assignment targets. A tree is built by the
// parser, bound to variable slots once (bind.h), then only read: renderings share it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

class Binder;
class Symbols;

/// How a statement ended: on, or leaving the loop around it.
enum class Flow : uint8_t { normal, break_loop, continue_loop };

struct Node {
  explicit Node(uint32_t its_line) : line(its_line) {}
  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  using Visit = std::function<void(Node&)>;
  /// Calls `visit` for every node directly below.
  virtual void each_child(const Visit&) {}
  /// Tells the names that the scope of this node reads and sets (scopes below are not entered).
  virtual void declare(Symbols& symbols);
  /// Finds the slot of every variable, here and below.
  virtual void bind(const Binder& binder);

  const uint32_t line;
  uint32_t height = 1;  ///< levels of nodes from here down, this one included
};

struct Expr : Node {
  using Node::Node;
  virtual Value evaluate(Evaluator& evaluator) const = 0;
  /// "filter 'join'": for errors that happen in it. Empty where the message says enough.
  virtual std::string construct() const { return {}; }
};
using ExprPtr = std::unique_ptr<Expr>;

struct Stmt : Node {
  using Node::Node;
  virtual Flow execute(Evaluator& evaluator) const = 0;
};
using Body = std::vector<std::unique_ptr<Stmt>>;

/// Where a variable lives: slot `slot` of the function `hops` levels out.
struct Place {
  uint32_t hops = 0;
  uint32_t slot = 0;
};

/// What happens to the variables of a scope when it is entered and left.
struct Scope {
  enum class Action : uint8_t { resolve, alias, undefined };
  struct Load {
    Action action;
    Place place;
    Place from;        // alias: the variable of the scope outside
    std::string name;  // resolve: looked up in the context
  };
  std::vector<Load> loads;
  std::vector<Place> variables;  ///< all that it declares, cleared when it is left
};

/// Template, macro, call block, recursive loop, loop filter, block: what has variables of its own.
struct Function {
  uint32_t slots = 0;
};

/// What stands left of `=`, or between `for` and `in`.
struct Target : Node {
  using Node::Node;
  virtual void assign(Evaluator& evaluator, const Value& value) const = 0;
  virtual std::unique_ptr<Target> clone() const = 0;
  /// As the parameter of a scope (loop variable, `with`) instead of a variable that is set.
  virtual void declare_parameter(Symbols& symbols) = 0;
};
using TargetPtr = std::unique_ptr<Target>;

struct NameTarget final : Target {
  NameTarget(uint32_t its_line, std::string its_name)
      : Target(its_line), name(std::move(its_name)) {}
  void assign(Evaluator& evaluator, const Value& value) const override;
  TargetPtr clone() const override { return std::make_unique<NameTarget>(line, name); }
  void declare(Symbols& symbols) override;
  void declare_parameter(Symbols& symbols) override;
  void bind(const Binder& binder) override;

  std::string name;
  Place place;
  bool exported = false;  ///< set at the top level: blocks see it too
};

struct TupleTarget final : Target {
  TupleTarget(uint32_t its_line, std::vector<TargetPtr> its_items)
      : Target(its_line), items(std::move(its_items)) {}
  void each_child(const Visit& visit) override;
  void assign(Evaluator& evaluator, const Value& value) const override;
  TargetPtr clone() const override;
  void declare_parameter(Symbols& symbols) override;

  std::vector<TargetPtr> items;
};

/// `namespace.name`
struct AttributeTarget final : Target {
  AttributeTarget(uint32_t its_line, std::string its_object, std::string its_attribute)
      : Target(its_line), object(std::move(its_object)), attribute(std::move(its_attribute)) {}
  void assign(Evaluator& evaluator, const Value& value) const override;
  TargetPtr clone() const override {
    return std::make_unique<AttributeTarget>(line, object, attribute);
  }
  void declare(Symbols& symbols) override;
  void declare_parameter(Symbols& symbols) override { declare(symbols); }
  void bind(const Binder& binder) override;

  std::string object;
  std::string attribute;
  Place place;
};

}  // namespace hearth::text::jinja
