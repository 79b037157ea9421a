// tokenizer_config.json, as far as tokenization needs it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.h"

namespace hearth::text {

struct TokenizerConfig {
  std::optional<std::string> bos_token, eos_token, pad_token, unk_token;
  std::optional<bool> add_bos_token, add_eos_token;
  struct Entry {
    int64_t id;
    AddedToken token;
  };
  std::vector<Entry> added_tokens_decoder;  ///< in order of id
};

/// `text` may be empty: nothing is configured then. Throws bad_input naming `source`.
TokenizerConfig read_tokenizer_config(std::string_view text, const std::string& source);

}  // namespace hearth::text
