#include "text/jinja/find.h"

#include <cstring>
#include <string>

#include "text/jinja/unicode.h"

namespace hearth::text::jinja {

size_t find_text(std::string_view text, std::string_view needle, size_t from) {
  if (from > text.size()) return std::string_view::npos;
  if (needle.empty()) return from;
  const void* found = memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

size_t find_last_text(std::string_view text, std::string_view needle) {
  const std::string mirrored_text(text.rbegin(), text.rend());
  const std::string mirrored_needle(needle.rbegin(), needle.rend());
  const size_t found = find_text(mirrored_text, mirrored_needle, 0);
  return found == std::string_view::npos ? found : text.size() - found - needle.size();
}

size_t count_text(std::string_view text, std::string_view needle) {
  if (needle.empty()) return count_code_points(text) + 1;
  size_t count = 0;
  for (size_t at = 0; (at = find_text(text, needle, at)) != std::string_view::npos;
       at += needle.size())
    ++count;
  return count;
}

}  // namespace hearth::text::jinja
