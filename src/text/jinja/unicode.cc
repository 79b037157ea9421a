#include "text/jinja/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <vector>

#include "base/utf8.h"

namespace hearth::text::jinja {
namespace {

struct CharacterRange {
  uint32_t first, last;
};
struct Special {
  uint32_t from;
  uint32_t to[3];  // ends at the first 0
};

#include "text/jinja/unicode_tables.inc"

template <size_t N>
bool in_ranges(const CharacterRange (&ranges)[N], uint32_t c) {
  const CharacterRange* after =
      std::upper_bound(std::begin(ranges), std::end(ranges), c,
                       [](uint32_t x, const CharacterRange& r) { return x < r.first; });
  return after != std::begin(ranges) && c <= std::prev(after)->last;
}

utf8proc_category_t category(uint32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

template <size_t N>
bool append_special(std::string& out, const Special (&table)[N], uint32_t c) {
  const Special* it =
      std::lower_bound(std::begin(table), std::end(table), c,
                       [](const Special& special, uint32_t x) { return special.from < x; });
  if (it == std::end(table) || it->from != c) return false;
  for (uint32_t to : it->to)
    if (to != 0) append_utf8(out, to);
  return true;
}

void append_upper(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  } else if (!append_special(out, kSpecialUpper, c)) {
    append_utf8(out, static_cast<uint32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))));
  }
}

void append_title(std::string& out, uint32_t c) {
  if (!append_special(out, kSpecialTitle, c))
    append_utf8(out, static_cast<uint32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(c))));
}

bool is_cased(uint32_t c) { return is_lower(c) || is_upper(c) || is_title(c); }

bool is_case_ignorable(uint32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return in_ranges(kCaseIgnorable, c);
  }
}

// Whether the capital sigma at `at` ends a word: a cased letter before it and none after, with
// case-ignorable characters between not counted.
bool is_final_sigma(std::string_view text, size_t at, size_t bytes) {
  size_t before = at;
  uint32_t c = 0;
  do {
    if (before == 0) return false;
    do --before;
    while ((static_cast<uint8_t>(text[before]) & 0xC0) == 0x80);
    c = decode_utf8(text, before).code_point;
  } while (is_case_ignorable(c));
  if (!is_cased(c)) return false;
  for (size_t after = at + bytes; after < text.size();) {
    const DecodedChar next = decode_utf8(text, after);
    if (!is_case_ignorable(next.code_point)) return !is_cased(next.code_point);
    after += next.bytes;
  }
  return true;
}

void append_lower(std::string& out, std::string_view text, size_t at, DecodedChar c) {
  constexpr uint32_t kCapitalSigma = 0x3A3, kFinalSigma = 0x3C2, kCapitalDottedI = 0x130;
  if (c.code_point < 0x80) {
    out += static_cast<char>(c.code_point >= 'A' && c.code_point <= 'Z' ? c.code_point + 32
                                                                        : c.code_point);
  } else if (c.code_point == kCapitalSigma && is_final_sigma(text, at, c.bytes)) {
    append_utf8(out, kFinalSigma);
  } else if (c.code_point == kCapitalDottedI) {
    out += "i\u0307";
  } else {
    append_utf8(
        out, static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c.code_point))));
  }
}

// Calls f(offset, character) for every character.
template <typename F>
std::string mapped(std::string_view text, F&& f) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = decode_utf8(text, at);
    f(out, at, c);
    at += c.bytes;
  }
  return out;
}

bool is_line_break(uint32_t c) {
  return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

}  // namespace

size_t count_code_points(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

size_t byte_offset(std::string_view text, size_t index) {
  size_t at = 0;
  for (; at < text.size(); ++at)
    if ((static_cast<uint8_t>(text[at]) & 0xC0) != 0x80 && index-- == 0) return at;
  return at;
}

bool is_space(uint32_t c) {
  if (c < 0x80) return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_alpha(uint32_t c) {
  const utf8proc_category_t k = category(c);
  return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO;
}
bool is_decimal(uint32_t c) { return category(c) == UTF8PROC_CATEGORY_ND; }
bool is_digit(uint32_t c) { return is_decimal(c) || in_ranges(kDigits, c); }
bool is_numeric(uint32_t c) {
  const utf8proc_category_t k = category(c);
  return (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO) || in_ranges(kNumerals, c);
}
bool is_alphanumeric(uint32_t c) { return is_alpha(c) || is_numeric(c); }
bool is_lower(uint32_t c) { return category(c) == UTF8PROC_CATEGORY_LL || in_ranges(kLower, c); }
bool is_upper(uint32_t c) { return category(c) == UTF8PROC_CATEGORY_LU || in_ranges(kUpper, c); }
bool is_title(uint32_t c) { return category(c) == UTF8PROC_CATEGORY_LT; }

bool is_printable(uint32_t c) {
  if (c == ' ') return true;
  switch (category(c)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

bool starts_identifier(uint32_t c) {
  return c == '_' || is_alpha(c) || category(c) == UTF8PROC_CATEGORY_NL;
}

bool continues_identifier(uint32_t c) {
  if (starts_identifier(c)) return true;
  const utf8proc_category_t k = category(c);
  return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC || k == UTF8PROC_CATEGORY_ND ||
         k == UTF8PROC_CATEGORY_PC;
}

std::string to_upper(std::string_view text) {
  return mapped(text,
                [](std::string& out, size_t, DecodedChar c) { append_upper(out, c.code_point); });
}

std::string to_lower(std::string_view text) {
  return mapped(
      text, [&](std::string& out, size_t at, DecodedChar c) { append_lower(out, text, at, c); });
}

std::string to_title(std::string_view text) {
  bool in_word = false;
  return mapped(text, [&](std::string& out, size_t at, DecodedChar c) {
    if (in_word) {
      append_lower(out, text, at, c);
    } else {
      append_title(out, c.code_point);
    }
    in_word = is_cased(c.code_point);
  });
}

std::string capitalize(std::string_view text) {
  return mapped(text, [&](std::string& out, size_t at, DecodedChar c) {
    if (at == 0) {
      append_title(out, c.code_point);
    } else {
      append_lower(out, text, at, c);
    }
  });
}

std::string swap_case(std::string_view text) {
  return mapped(text, [&](std::string& out, size_t at, DecodedChar c) {
    if (is_upper(c.code_point)) {
      append_lower(out, text, at, c);
    } else if (is_lower(c.code_point)) {
      append_upper(out, c.code_point);
    } else {
      append_utf8(out, c.code_point);
    }
  });
}

std::string case_fold(std::string_view text) {
  utf8proc_uint8_t* folded = nullptr;
  const auto bytes =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &folded, UTF8PROC_CASEFOLD);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  if (bytes < 0) return std::string(text);
  return {reinterpret_cast<const char*>(folded), static_cast<size_t>(bytes)};
}

std::string_view strip(std::string_view text, Side side, std::optional<std::string_view> chars) {
  std::vector<uint32_t> set;
  for (size_t at = 0; chars && at < chars->size();) {
    const DecodedChar c = decode_utf8(*chars, at);
    set.push_back(c.code_point);
    at += c.bytes;
  }
  std::sort(set.begin(), set.end());
  const auto goes = [&](uint32_t c) {
    return chars ? std::binary_search(set.begin(), set.end(), c) : is_space(c);
  };
  while (side != Side::right && !text.empty()) {
    const DecodedChar first = decode_utf8(text, 0);
    if (!goes(first.code_point)) break;
    text.remove_prefix(first.bytes);
  }
  while (side != Side::left && !text.empty()) {
    size_t at = text.size() - 1;
    while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) --at;
    if (!goes(decode_utf8(text, at).code_point)) break;
    text = text.substr(0, at);
  }
  return text;
}

void each_line(std::string_view text, bool keep_ends,
               const std::function<void(std::string_view)>& line) {
  size_t start = 0;
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = decode_utf8(text, at);
    size_t after = at + c.bytes;
    if (is_line_break(c.code_point)) {
      if (c.code_point == '\r' && after < text.size() && text[after] == '\n') ++after;
      line(text.substr(start, (keep_ends ? after : at) - start));
      start = after;
    }
    at = after;
  }
  if (start < text.size()) line(text.substr(start));
}

}  // namespace hearth::text::jinja
