#include "text/characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "base/utf8.h"

namespace hearth::text {
namespace {

struct Range {
  uint32_t first, last;
};
struct Pair {
  uint32_t from, to;
};
struct StandIn {
  uint32_t first, last, same;
};

#include "text/character_classes.inc"

// The entry whose range holds `c`, or null. `entries` is sorted.
template <typename Entry>
const Entry* find_range(std::span<const Entry> entries, uint32_t c) {
  const auto it = std::upper_bound(entries.begin(), entries.end(), c,
                                   [](uint32_t value, const Entry& e) { return value < e.first; });
  if (it == entries.begin() || c > std::prev(it)->last) return nullptr;
  return &*std::prev(it);
}

bool is_in(std::span<const Range> ranges, uint32_t c) { return find_range(ranges, c) != nullptr; }

constexpr uint64_t kHighBits = 0x8080808080808080;

// Bytes of ASCII at the start of text.substr(at), rounded down to a multiple of eight.
size_t ascii_run(std::string_view text, size_t at) {
  size_t end = at;
  while (text.size() - end >= 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + end, 8);
    if ((word & kHighBits) != 0) break;
    end += 8;
  }
  return end - at;
}

}  // namespace

bool is_white_space(uint32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_numeric(uint32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return is_in(kNumeric, c);
}

bool is_punctuation(uint32_t c) {
  if (c < 0x80)
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
  return is_in(kPunctuation, c);
}

bool is_combining_mark(uint32_t c) { return c >= 0x300 && is_in(kCombiningMark, c); }

bool is_nonspacing_mark(uint32_t c) { return c >= 0x300 && is_in(kNonspacingMark, c); }

bool is_control(uint32_t c) { return c == 0 || is_in(kControl, c); }

bool is_word(uint32_t c) {
  if (c < 0x80)
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  return is_in(kWord, c);
}

bool is_chinese(uint32_t c) {
  static constexpr Range kBlocks[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                                      {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F},
                                      {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};
  return c >= 0x3400 && is_in(kBlocks, c);
}

void append_lowercase(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return;
  }
  if (c == 0x130) {  // the only character with a lowercase of two
    out += "i\xCC\x87";
    return;
  }
  const auto it = std::lower_bound(std::begin(kLowercase), std::end(kLowercase), c,
                                   [](const Pair& p, uint32_t value) { return p.from < value; });
  if (it != std::end(kLowercase) && it->from == c) {
    append_utf8(out, it->to);
    return;
  }
  append_utf8(out, static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
}

bool is_not_decomposed(uint32_t c) { return c >= 0x32FF && is_in(kNotDecomposed, c); }

bool has_class_zero(uint32_t c) { return c >= 0x7FD && is_in(kClassZero, c); }

uint32_t stand_in(uint32_t c) {
  if (c < 0x800) return c;
  const StandIn* found = find_range(std::span<const StandIn>(kStandIns), c);
  return found == nullptr ? c : found->same;
}

bool is_ascii(std::string_view text) {
  const size_t run = ascii_run(text, 0);
  return std::all_of(text.begin() + static_cast<ptrdiff_t>(run), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

}  // namespace hearth::text
