// What the library has to say besides errors: fallbacks and timings. It never prints; the
// application installs a sink. Formatting is skipped when nobody listens at that level.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string_view>
#include <utility>

#include "hearth/log.hpp"

namespace hearth {

bool log_enabled(LogLevel level);
void log_message(LogLevel level, std::string_view text);

template <typename... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(level)) log_message(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace hearth
