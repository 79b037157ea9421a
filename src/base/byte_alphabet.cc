#include "base/byte_alphabet.h"

#include "base/utf8.h"

namespace hearth {
namespace {

constexpr uint32_t kCharacters = 0x100 + 68;

struct Tables {
  std::array<ByteCharacter, 256> of_byte;
  std::array<int16_t, kCharacters> of_character;  // -1 for none
};

bool is_printable(uint32_t b) {
  return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
}

Tables make_tables() {
  Tables tables;
  tables.of_character.fill(-1);
  uint32_t next = 0x100;
  for (uint32_t b = 0; b < 256; ++b) {
    const uint32_t c = is_printable(b) ? b : next++;
    std::string utf8;
    append_utf8(utf8, c);
    ByteCharacter& out = tables.of_byte[b];
    out = {{utf8[0], utf8.size() > 1 ? utf8[1] : '\0'}, static_cast<uint8_t>(utf8.size())};
    tables.of_character[c] = static_cast<int16_t>(b);
  }
  return tables;
}

const Tables& tables() {
  static const Tables kTables = make_tables();
  return kTables;
}

}  // namespace

const std::array<ByteCharacter, 256>& byte_alphabet() { return tables().of_byte; }

std::optional<uint8_t> byte_of_character(uint32_t c) {
  if (c >= kCharacters || tables().of_character[c] < 0) return std::nullopt;
  return static_cast<uint8_t>(tables().of_character[c]);
}

}  // namespace hearth
