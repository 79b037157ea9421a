#include "text/jinja/replace.h"

#include "base/utf8.h"
#include "text/jinja/find.h"

namespace hearth::text::jinja {

void append_replaced(std::string_view text, std::string_view old, std::string_view with,
                     int64_t maximum, Text& out) {
  size_t start = 0;
  if (old.empty()) {
    for (; maximum != 0; --maximum) {
      out += with;
      if (start == text.size()) return;
      const size_t bytes = decode_utf8(text, start).bytes;
      out += text.substr(start, bytes);
      start += bytes;
    }
  } else {
    for (; maximum != 0; --maximum) {
      const size_t at = find_text(text, old, start);
      if (at == std::string_view::npos) break;
      out += text.substr(start, at - start);
      out += with;
      start = at + old.size();
    }
  }
  out += text.substr(start);
}

}  // namespace hearth::text::jinja
