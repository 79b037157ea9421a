#include "frontends/tokenizer/vocabulary.h"

#include "base/byte_alphabet.h"
#include "base/error.h"
#include "base/utf8.h"

namespace hearth::frontends {
namespace {

// Ids are places in a list. Real vocabularies have up to 300,000 tokens and few holes.
constexpr int64_t kMaxId = (int64_t{1} << 24) - 1;

int32_t checked_id(const Json& value, const std::string& where) {
  if (!value.is_number_integer() || value.get<int64_t>() < 0 || value.get<int64_t>() > kMaxId)
    bad_input("{} should be an id from 0 to {}", where, kMaxId);
  return static_cast<int32_t>(value.get<int64_t>());
}

// Makes room where there is none.
std::string& token_at(Vocabulary& vocabulary, int32_t id) {
  const auto at = static_cast<size_t>(id);
  if (at >= vocabulary.tokens.size()) vocabulary.tokens.resize(at + 1);
  return vocabulary.tokens[at];
}

// [[token, score], …]
Vocabulary scored(const Json& list, const std::string& where) {
  Vocabulary out;
  for (const Json& entry : list) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
      bad_input("{}[{}] should be a token and its score", where, out.tokens.size());
    out.tokens.push_back(entry[0].get<std::string>());
    out.scores.push_back(entry[1].get<float>());
  }
  return out;
}

}  // namespace

std::vector<AddedTokenEntry> read_added_tokens(const JsonObject& tokenizer) {
  std::vector<AddedTokenEntry> out;
  const Json* list = tokenizer.find("added_tokens");
  if (list == nullptr) return out;
  if (!list->is_array()) bad_input("{} should be a list", tokenizer.name_of("added_tokens"));
  for (size_t i = 0; i < list->size(); ++i) {
    const JsonObject token((*list)[i], tokenizer.source(), fmt::format("added_tokens[{}]", i));
    const auto id = static_cast<int32_t>(token.integer("id", 0, kMaxId));
    const bool special = token.boolean("special", false);
    out.push_back({id, token.text("content"), token.boolean("lstrip", false),
                   token.boolean("rstrip", false), token.boolean("single_word", false),
                   token.boolean("normalized", !special), special});
  }
  return out;
}

Vocabulary read_vocabulary(const JsonObject& model) {
  const Json* vocab = model.find("vocab");
  const std::string where = model.name_of("vocab");
  if (vocab != nullptr && vocab->is_array()) return scored(*vocab, where);
  if (vocab == nullptr || !vocab->is_object()) bad_input("{} should be an object", where);
  Vocabulary out;
  out.tokens.resize(vocab->size());
  for (const auto& [token, value] : vocab->items())
    token_at(out, checked_id(value, where + "." + token)) = token;
  return out;
}

Vocabulary with_added_tokens(Vocabulary vocabulary, const std::vector<AddedTokenEntry>& added) {
  for (const AddedTokenEntry& token : added) token_at(vocabulary, token.id) = token.content;
  return vocabulary;
}

std::optional<std::string> bytes_of_alphabet(std::string_view token) {
  std::string out;
  for (size_t at = 0; at < token.size();) {
    const DecodedChar c = decode_utf8(token, at);
    const auto byte = byte_of_character(c.code_point);
    if (!c.valid || !byte) return std::nullopt;
    out += static_cast<char>(*byte);
    at += c.bytes;
  }
  return out;
}

std::string alphabet_of_bytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const ByteCharacter& character = byte_alphabet()[static_cast<uint8_t>(c)];
    out.append(character.utf8, character.length);
  }
  return out;
}

}  // namespace hearth::frontends
