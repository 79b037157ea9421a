#include "base/env.h"

#include <cstdlib>

namespace hearth {

const EnvInfo& info(Env variable) {
  static constexpr EnvInfo kRows[] = {
#define HEARTH_ENV(name, default_value, help) {#name, default_value, help},
#include "base/env.inc"
#undef HEARTH_ENV
  };
  return kRows[static_cast<size_t>(variable)];
}

std::string value(Env variable) {
  const EnvInfo& row = info(variable);
  const char* set = std::getenv(row.name);
  return set != nullptr ? set : row.default_value;
}

}  // namespace hearth
