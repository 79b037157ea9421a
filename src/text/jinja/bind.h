// Names to variable slots, with jinja2's scoping: a scope knows all names it sets before it runs, a
// name that a scope sets starts as the value outside, what it only reads is looked up outside or in
// the context when the scope is entered.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "text/jinja/ast.h"

namespace hearth::text::jinja {

struct Block;
struct MacroCode;
using Blocks = std::map<std::string, const Block*, std::less<>>;

/// The variables of one function while it is being bound.
class FunctionVariables {
 public:
  FunctionVariables(Function& function, const FunctionVariables* outer)
      : function_(function), outer_(outer) {}
  /// Scopes at the same level of one function share the slot of a name.
  uint32_t slot(uint32_t level, const std::string& name);
  const FunctionVariables* outer() const { return outer_; }

 private:
  Function& function_;
  const FunctionVariables* outer_;
  std::map<std::pair<uint32_t, std::string>, uint32_t> slots_;
};

/// The names of one scope.
class Symbols {
 public:
  /// `outer` is null for the template and for blocks.
  Symbols(FunctionVariables& function, const Symbols* outer)
      : function_(function), outer_(outer), level_(outer == nullptr ? 0 : outer->level_ + 1) {}

  void load(const std::string& name);
  void store(const std::string& name);
  Place parameter(const std::string& name);
  /// Between these, assignments may or may not happen.
  void enter_branch() { ++branches_; }
  void leave_branch() { --branches_; }

  /// Where `name` is for code of the function `from`. Every name of the scope must be declared.
  Place find(const std::string& name, const FunctionVariables& from) const;
  Scope scope() const;
  /// Every name set here or outside, and where it is.
  std::map<std::string, Place> stored(const FunctionVariables& from) const;
  FunctionVariables& function() const { return function_; }

 private:
  struct Reference {
    uint32_t slot;
    Scope::Action action;
    bool is_parameter;
  };
  const Symbols* owner_of(const std::string& name) const;
  void define(const std::string& name, Scope::Action action, bool is_parameter);

  FunctionVariables& function_;
  const Symbols* outer_;
  const uint32_t level_;
  std::map<std::string, Reference> references_;
  std::set<std::string> stores_;
  uint32_t branches_ = 0;
};

/// Where binding stands: the scope it is in and what holds there.
class Binder {
 public:
  /// Binds a whole template and collects its blocks.
  static void bind_template(Body& body, Function& function, Scope& scope, Place* self,
                            Blocks& blocks);

  Place find(const std::string& name) const { return symbols_->find(name, symbols_->function()); }
  const Symbols& symbols() const { return *symbols_; }
  bool soft() const { return soft_; }
  bool in_loop() const { return in_loop_; }
  bool at_top() const { return at_top_; }
  Blocks& blocks() const { return *blocks_; }

  /// A scope inside, in the same function or in one of its own.
  Binder inside(Symbols& symbols) const;
  /// The same scope, behind a condition.
  Binder softly() const;
  Binder with_loop(bool in_loop) const;
  /// For a block, which does not see where it stands.
  Binder detached(Symbols& symbols) const;

  void body(Body& statements) const;

 private:
  const Symbols* symbols_ = nullptr;
  bool soft_ = false;
  bool in_loop_ = false;
  bool at_top_ = false;
  Blocks* blocks_ = nullptr;
};

/// Whether the statements read `name` before one of them sets it, scopes inside included.
bool reads(const std::string& name, Body& body);

}  // namespace hearth::text::jinja
