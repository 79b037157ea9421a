// The methods of str, declared from their list.
#pragma once

#include "text/jinja/native.h"

namespace hearth::text::jinja::string_methods {

#define HEARTH_METHOD(name, function, ...) Value function(Invocation&);
#include "text/jinja/string_methods.inc"
#undef HEARTH_METHOD

}  // namespace hearth::text::jinja::string_methods
