#include "base/error.h"

#include <cerrno>
#include <cstring>

namespace hearth {

void throw_error(ErrorKind kind, const std::string& message) { throw Exception(kind, message); }

void assertion_failed(const char* file, int line, const char* condition,
                      std::string_view sentence) {
  throw Exception(ErrorKind::internal,
                  fmt::format("internal error: {} ({}:{}: `{}` does not hold). This is a bug in "
                              "Hearth; please report it with the command that led here.",
                              sentence, file, line, condition));
}

std::string errno_text() { return std::strerror(errno); }

}  // namespace hearth
