#include "text/jinja/bind.h"

#include "base/error.h"
#include "text/jinja/statements.h"

namespace hearth::text::jinja {

uint32_t FunctionVariables::slot(uint32_t level, const std::string& name) {
  const auto [it, added] = slots_.try_emplace({level, name}, function_.slots);
  if (added) ++function_.slots;
  return it->second;
}

const Symbols* Symbols::owner_of(const std::string& name) const {
  const Symbols* at = this;
  while (at != nullptr && at->references_.count(name) == 0) at = at->outer_;
  return at;
}

void Symbols::define(const std::string& name, Scope::Action action, bool is_parameter) {
  references_[name] = {function_.slot(level_, name), action, is_parameter};
}

void Symbols::load(const std::string& name) {
  if (owner_of(name) == nullptr) define(name, Scope::Action::resolve, false);
}

void Symbols::store(const std::string& name) {
  stores_.insert(name);
  if (references_.count(name) != 0) return;
  const bool outside = outer_ != nullptr && outer_->owner_of(name) != nullptr;
  define(name,
         outside          ? Scope::Action::alias
         : branches_ != 0 ? Scope::Action::resolve
                          : Scope::Action::undefined,
         false);
}

Place Symbols::parameter(const std::string& name) {
  stores_.insert(name);
  define(name, Scope::Action::undefined, true);
  return {0, references_[name].slot};
}

Place Symbols::find(const std::string& name, const FunctionVariables& from) const {
  const Symbols* owner = owner_of(name);
  HEARTH_ASSERT(owner != nullptr, "a name was not declared before it was bound");
  Place place{0, owner->references_.at(name).slot};
  for (const FunctionVariables* at = &from; at != &owner->function_; at = at->outer()) ++place.hops;
  return place;
}

Scope Symbols::scope() const {
  Scope scope;
  for (const auto& [name, reference] : references_) {
    const Place place{0, reference.slot};
    scope.variables.push_back(place);
    if (reference.is_parameter) continue;
    const bool alias = reference.action == Scope::Action::alias;
    scope.loads.push_back(
        {reference.action, place, alias ? outer_->find(name, function_) : Place{}, name});
  }
  return scope;
}

std::map<std::string, Place> Symbols::stored(const FunctionVariables& from) const {
  std::map<std::string, Place> all;
  for (const Symbols* at = this; at != nullptr; at = at->outer_)
    for (const std::string& name : at->stores_) all.try_emplace(name, find(name, from));
  return all;
}

void Binder::bind_template(Body& body, Function& function, Scope& scope, Place* self,
                           Blocks& blocks) {
  FunctionVariables variables(function, nullptr);
  Symbols symbols(variables, nullptr);
  if (self != nullptr) *self = symbols.parameter("self");
  for (const auto& statement : body) statement->declare(symbols);
  scope = symbols.scope();
  Binder binder;
  binder.symbols_ = &symbols;
  binder.at_top_ = true;
  binder.blocks_ = &blocks;
  binder.body(body);
}

Binder Binder::inside(Symbols& symbols) const {
  Binder inner = *this;
  inner.symbols_ = &symbols;
  inner.soft_ = inner.at_top_ = false;
  return inner;
}

Binder Binder::softly() const {
  Binder inner = *this;
  inner.soft_ = true;
  return inner;
}

Binder Binder::with_loop(bool in_loop) const {
  Binder inner = *this;
  inner.in_loop_ = in_loop;
  return inner;
}

Binder Binder::detached(Symbols& symbols) const { return inside(symbols).with_loop(false); }

void Binder::body(Body& statements) const {
  for (const auto& statement : statements) statement->bind(*this);
}

namespace {

enum class Use : uint8_t { none, read, set };

Use use_of(const Node& node, const std::string& name) {
  if (const auto* read = dynamic_cast<const Name*>(&node))
    return read->name == name ? Use::read : Use::none;
  if (const auto* target = dynamic_cast<const NameTarget*>(&node))
    return target->name == name ? Use::set : Use::none;
  return Use::none;
}

Use first_use(Node& node, const std::string& name) {
  if (dynamic_cast<const Block*>(&node) != nullptr) return Use::none;
  Use found = use_of(node, name);
  if (found != Use::none) return found;
  node.each_child([&](Node& child) {
    if (found == Use::none) found = first_use(child, name);
  });
  return found;
}

}  // namespace

bool reads(const std::string& name, Body& body) {
  for (const auto& statement : body) {
    const Use use = first_use(*statement, name);
    if (use != Use::none) return use == Use::read;
  }
  return false;
}

}  // namespace hearth::text::jinja
