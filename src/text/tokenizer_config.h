// What lies beside a tokenizer's file, as far as tokenization needs it: tokenizer_config.json,
// special_tokens_map.json, added_tokens.json, and the family from config.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.h"
#include "text/encoding.h"

namespace hearth::text {

struct TokenizerConfig {
  std::optional<std::string> bos_token, eos_token, pad_token, unk_token;
  std::optional<std::string> cls_token, sep_token, mask_token;
  std::vector<AddedToken> special_tokens;  ///< the above and additional ones, as they are described
  std::optional<bool> add_bos_token, add_eos_token, add_prefix_space, clean_up_tokenization_spaces;
  std::optional<bool> do_lower_case, strip_accents, tokenize_chinese_chars;
  std::optional<Side> padding_side;
  std::optional<size_t> model_max_length;   ///< in tokens, special ones included
  std::string tokenizer_class, model_type;  ///< may be empty
  struct Entry {
    int64_t id;
    AddedToken token;
  };
  std::vector<Entry> added_tokens_decoder;  ///< in order of id
};

/// `text` may be empty: nothing is configured then. Throws bad_input naming `source`.
TokenizerConfig read_tokenizer_config(std::string_view text, const std::string& source);

/// All that lies in `folder`; tokenizer_config.json is believed first, special_tokens_map.json
/// after it. Throws bad_input naming the file.
TokenizerConfig read_companions(const std::filesystem::path& folder);

}  // namespace hearth::text
