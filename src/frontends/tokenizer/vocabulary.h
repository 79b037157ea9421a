// The tokens of a tokenizer.json by id, as an operation or a detokenizer wants them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hearth::frontends {

struct AddedTokenEntry {
  int32_t id;
  std::string content;
  bool lstrip, rstrip, single_word, normalized, special;
};

/// The list `added_tokens`, in its order; `last_id` bounds the ids.
std::vector<AddedTokenEntry> read_added_tokens(const JsonObject& tokenizer);

struct Vocabulary {
  std::vector<std::string> tokens;  ///< by id; empty where there is none
  std::vector<float> scores;        ///< by id; Unigram only
};

/// `model.vocab` of a tokenizer.json. Throws bad_input for ids that are out of order by millions.
Vocabulary read_vocabulary(const JsonObject& model);
/// The same with added tokens in their places; what grows there has no score yet.
Vocabulary with_added_tokens(Vocabulary vocabulary, const std::vector<AddedTokenEntry>& added);

/// The bytes that ByteLevel's characters stand for; nothing when one of them stands for none.
std::optional<std::string> bytes_of_alphabet(std::string_view token);
/// The other way.
std::string alphabet_of_bytes(std::string_view bytes);

}  // namespace hearth::frontends
