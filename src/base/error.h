// Ways to fail: bad_input() and failed() throw an Exception with a formatted paragraph, and
// HEARTH_ASSERT stops on a mistake of our own with a sentence. Nothing here prints or exits.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "hearth/exception.hpp"

namespace hearth {

[[noreturn]] void throw_error(ErrorKind kind, const std::string& message);
[[noreturn]] void assertion_failed(const char* file, int line, const char* condition,
                                   std::string_view sentence);

/// A file, config, template, argument or request is wrong.
template <typename... Args>
[[noreturn]] void bad_input(fmt::format_string<Args...> format, Args&&... args) {
  throw_error(ErrorKind::bad_input, fmt::format(format, std::forward<Args>(args)...));
}

/// The machine could not do it.
template <typename... Args>
[[noreturn]] void failed(fmt::format_string<Args...> format, Args&&... args) {
  throw_error(ErrorKind::failed, fmt::format(format, std::forward<Args>(args)...));
}

/// " (error text of errno)" for messages about system calls.
std::string errno_text();

}  // namespace hearth

#define HEARTH_ASSERT(condition, sentence)                                                    \
  do {                                                                                        \
    if (!(condition)) ::hearth::assertion_failed(__FILE__, __LINE__, #condition, (sentence)); \
  } while (false)
