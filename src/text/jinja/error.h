// The error of the template engine: what is wrong, and the line and construct where. ChatTemplate
// turns it into bad_input with the template's name in front.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace hearth::text::jinja {

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, uint32_t at_line = 0)
      : std::runtime_error(message), line(at_line) {}

  uint32_t line;          ///< 1-based; 0 until a node has claimed the error
  std::string construct;  ///< "filter 'join'", empty where the message says it
};

/// Refuses what the template does; the node being evaluated adds its line.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
[[noreturn]] void fail_at(uint32_t line, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...), line);
}

}  // namespace hearth::text::jinja
