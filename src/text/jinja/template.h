// A parsed template: rendering it any number of times, from any number of threads.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "text/jinja/bind.h"
#include "text/jinja/sandbox.h"
#include "text/jinja/statements.h"

namespace hearth::text::jinja {

class Template {
 public:
  /// Throws Error with the line.
  explicit Template(std::string_view source);

  /// `context` is an object. Throws Error, with the line where there is one.
  std::string render(const Json& context, const Limits& limits = {}) const;

 private:
  Sandbox constants_;  // first: the tree refers to what it holds
  Body body_;
  Function function_;
  Scope scope_;
  Blocks blocks_;
  bool reads_self_ = false;
  Place self_;
};

}  // namespace hearth::text::jinja
