#include "text/jinja/strftime.h"

#include <ctime>

#include "text/jinja/error.h"

namespace hearth::text::jinja {
namespace {

// A directive is "%", flags, a width, a modifier and a letter; the C library takes it from there.
size_t directive_end(std::string_view format, size_t at) {
  ++at;
  while (at < format.size() &&
         std::string_view("-_0^#+").find(format[at]) != std::string_view::npos)
    ++at;
  const size_t width = at;
  while (at < format.size() && format[at] >= '0' && format[at] <= '9') ++at;
  if (at - width > 2) fail("the width in '{}' is too large", format);
  if (at < format.size() && (format[at] == 'E' || format[at] == 'O')) ++at;
  return at < format.size() ? at + 1 : at;
}

std::string directive(const std::string& text, const std::tm& local, int64_t microseconds) {
  if (text == "%f") return fmt::format("{:06}", microseconds);
  if (text == "%z" || text == "%Z") return "";
  char buffer[256];
  // A blank in front tells "nothing to print" from "too long".
  const size_t size = std::strftime(buffer, sizeof buffer, (" " + text).c_str(), &local);
  if (size == 0) fail("the time format '{}' is too long", text);
  return std::string(buffer + 1, size - 1);
}

}  // namespace

std::string format_time(std::string_view format, std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) fail("the machine cannot tell the local time");
  const auto whole = std::chrono::system_clock::from_time_t(seconds);
  const int64_t microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(time - whole).count();
  std::string out;
  for (size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      out += format[at++];
      continue;
    }
    const size_t end = directive_end(format, at);
    out += directive(std::string(format.substr(at, end - at)), local,
                     microseconds < 0 ? 0 : microseconds);
    at = end;
  }
  return out;
}

}  // namespace hearth::text::jinja
