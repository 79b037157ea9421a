// The one exception type of the library. What it carries is one paragraph a person can act on: the
// file, tensor or key, what was expected, what was found and what to try. Kinds map to exit codes.
#pragma once

#include <stdexcept>
#include <string>

namespace hearth {

enum class ErrorKind {
  bad_input,    ///< a file, config, template, argument or request is wrong (exit code 2)
  failed,       ///< the machine could not do it: disk full, no memory, I/O error (exit code 1)
  interrupted,  ///< the caller asked to stop (exit code 130)
  internal,     ///< a bug in Hearth (exit code 1)
};

class Exception : public std::runtime_error {
 public:
  Exception(ErrorKind kind, const std::string& message)
      : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace hearth
