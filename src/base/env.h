// Environment switches. The list is env.inc; asking for a name that is not in it does not compile.
#pragma once

#include <string>

namespace hearth {

enum class Env {
#define HEARTH_ENV(name, default_value, help) name,
#include "base/env.inc"
#undef HEARTH_ENV
};

struct EnvInfo {
  const char* name;
  const char* default_value;
  const char* help;
};

const EnvInfo& info(Env variable);
/// The variable's value, or its default when it is not set.
std::string value(Env variable);

}  // namespace hearth
