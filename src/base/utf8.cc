#include "base/utf8.h"

#include <bit>
#include <cstring>

namespace hearth {
namespace {

struct Lead {
  uint32_t bytes;     // length of the sequence, 0 when this byte cannot start one
  uint32_t bits;      // payload of the lead byte
  uint8_t low, high;  // range of the second byte (excludes overlong forms and surrogates)
};

Lead lead_of(uint8_t b) {
  if (b < 0x80) return {1, b, 0, 0};
  if (b < 0xC2) return {0, 0, 0, 0};
  if (b < 0xE0) return {2, b & 0x1Fu, 0x80, 0xBF};
  if (b < 0xF0)
    return {3, b & 0x0Fu, static_cast<uint8_t>(b == 0xE0 ? 0xA0 : 0x80),
            static_cast<uint8_t>(b == 0xED ? 0x9F : 0xBF)};
  if (b < 0xF5)
    return {4, b & 0x07u, static_cast<uint8_t>(b == 0xF0 ? 0x90 : 0x80),
            static_cast<uint8_t>(b == 0xF4 ? 0x8F : 0xBF)};
  return {0, 0, 0, 0};
}

// The first bytes of the text, the first one lowest; zeros behind its end.
uint64_t load_up_to_8(std::string_view text) {
  const auto load = [&](size_t at, size_t bytes) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, bytes);
    return word;
  };
  const size_t n = text.size();
  if (n >= 8) return load(0, 8);
  if (n >= 4) return load(0, 4) | load(n - 4, 4) << (8 * (n - 4));  // overlapping, no loop
  uint64_t word = 0;
  for (size_t i = 0; i < n; ++i) word |= load(i, 1) << (8 * i);
  return word;
}

}  // namespace

DecodedChar decode_utf8(std::string_view text, size_t at) {
  const Lead lead = lead_of(static_cast<uint8_t>(text[at]));
  if (lead.bytes == 0) return {kReplacementCharacter, 1, false};
  uint32_t code = lead.bits;
  for (uint32_t i = 1; i < lead.bytes; ++i) {
    const bool there = at + i < text.size();
    const auto b = there ? static_cast<uint8_t>(text[at + i]) : uint8_t{0};
    const uint8_t low = i == 1 ? lead.low : 0x80;
    const uint8_t high = i == 1 ? lead.high : 0xBF;
    if (!there || b < low || b > high) return {kReplacementCharacter, i, false};
    code = (code << 6) | (b & 0x3Fu);
  }
  return {code, lead.bytes, true};
}

void append_utf8(std::string& out, uint32_t c) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// Whole texts and millions of short tokens go through here: ASCII passes eight bytes at a time, and
// the usual two- and three-byte characters without being decoded.
bool is_utf8(std::string_view text) {
  const auto continues = [&](size_t at) {
    return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
  };
  for (size_t i = 0; i < text.size();) {
    const uint64_t high = load_up_to_8(text.substr(i)) & 0x8080808080808080u;
    if (high == 0) {
      i += 8;
      continue;
    }
    i += static_cast<size_t>(std::countr_zero(high)) / 8;
    const auto lead = static_cast<uint8_t>(text[i]);
    const bool two = lead >= 0xC2 && lead < 0xE0;
    const bool three = lead > 0xE0 && lead < 0xF0 && lead != 0xED;
    if (two && continues(i + 1)) {
      i += 2;
    } else if (three && continues(i + 1) && continues(i + 2)) {
      i += 3;
    } else {
      const DecodedChar c = decode_utf8(text, i);
      if (!c.valid) return false;
      i += c.bytes;
    }
  }
  return true;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const DecodedChar c = decode_utf8(text, i);
    if (c.valid) {
      out.append(text.substr(i, c.bytes));
    } else {
      append_utf8(out, kReplacementCharacter);
    }
    i += c.bytes;
  }
  return out;
}

size_t incomplete_utf8_suffix(std::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const size_t at = text.size() - back;
    const auto b = static_cast<uint8_t>(text[at]);
    if ((b & 0xC0) == 0x80) continue;  // a continuation byte: look further back
    const Lead lead = lead_of(b);
    const DecodedChar c = decode_utf8(text, at);
    return !c.valid && lead.bytes > back && c.bytes == back ? back : 0;
  }
  return 0;
}

}  // namespace hearth
