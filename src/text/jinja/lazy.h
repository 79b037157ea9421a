// Iterators made of a function, for filters that are generators in jinja2: their work happens as
// somebody reads them, and only once.
#pragma once

#include <functional>
#include <utility>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

class Lazy : public Iterator {
 public:
  using Next = std::function<bool(Evaluator&, Value&)>;
  Lazy(Sandbox& box, Next next) : Iterator(box, kBytes), next_(std::move(next)) {}
  bool next(Evaluator& evaluator, Value& item) override { return next_(evaluator, item); }

 private:
  static constexpr size_t kBytes = 256;  // with what the function holds
  Next next_;
};

inline Value make_lazy(Sandbox& box, Lazy::Next next) {
  return Value(Kind::iterator, make<Lazy>(box, std::move(next)));
}

}  // namespace hearth::text::jinja
