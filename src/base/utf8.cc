#include "base/utf8.h"

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

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    // Large files are mostly ASCII: eight bytes without a high bit at a time.
    if (uint64_t eight = 0; text.size() - i >= sizeof(eight)) {
      std::memcpy(&eight, text.data() + i, sizeof(eight));
      if ((eight & 0x8080808080808080u) == 0) {
        i += sizeof(eight);
        continue;
      }
    }
    const DecodedChar c = decode_utf8(text, i);
    if (!c.valid) return false;
    i += c.bytes;
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
