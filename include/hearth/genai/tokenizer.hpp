// Text to token ids and back, with the chat template of the model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hearth/any.hpp"
#include "hearth/genai/chat_history.hpp"
#include "hearth/genai/generation_config.hpp"
#include "hearth/tensor.hpp"

namespace hearth::genai {

using Vocab = std::unordered_map<std::string, int64_t>;

/// i64 tensors [batch, longest]. Shorter rows are padded: on the side that padding_side, the
/// tokenizer's file or tokenizer_config.json says, else on the left.
struct TokenizedInputs {
  Tensor input_ids;
  Tensor attention_mask;                 ///< 0 on the padding
  std::optional<Tensor> token_type_ids;  ///< of pairs
  /// [batch, longest, 2]: where each token begins and ends in its text, in code points; zeros for
  /// special tokens and padding. With return_offsets_mapping.
  std::optional<Tensor> offset_mapping;
};

class Tokenizer {
 public:
  Tokenizer() = default;
  /// A model folder, a tokenizer's file (tokenizer.json, tokenizer.model, tekken.json, vocab.json
  /// with merges.txt beside it, vocab.txt, *.tiktoken) or a .gguf file. Property: split_pattern.
  /// Throws bad_input.
  explicit Tokenizer(const std::filesystem::path& path, const AnyMap& properties = {});

  /// One text, several, pairs of texts, or pairs of two lists: of equal length, or one has a single
  /// text that goes with all of the other. Text that is not UTF-8 becomes U+FFFD. Parameters:
  ///  - add_special_tokens (true);
  ///  - truncation: to max_length tokens, special ones included. Without it, the tokenizer's file
  ///    decides; false turns that off;
  ///  - max_length: for truncation and pad_to_max_length; else the length in the tokenizer's file
  ///    or in tokenizer_config.json;
  ///  - pad_to_max_length (false): rows have at least max_length tokens;
  ///  - pad_to_length (0): rows have at least so many tokens;
  ///  - padding_side: "left" or "right";
  ///  - return_offsets_mapping (false).
  /// Throws bad_input for other parameters, for lists that do not fit, and for a pair when the
  /// tokenizer has no template for pairs.
  TokenizedInputs encode(const std::string& prompt, const AnyMap& tokenization_params = {}) const;
  TokenizedInputs encode(const std::vector<std::string>& prompts,
                         const AnyMap& tokenization_params = {}) const;
  TokenizedInputs encode(const std::vector<std::pair<std::string, std::string>>& prompts,
                         const AnyMap& tokenization_params = {}) const;
  TokenizedInputs encode(const std::vector<std::string>& prompts_1,
                         const std::vector<std::string>& prompts_2,
                         const AnyMap& tokenization_params = {}) const;
  template <typename Prompts, typename... Properties,
            std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  TokenizedInputs encode(const Prompts& prompts, Properties&&... properties) const {
    return encode(prompts, AnyMap{std::forward<Properties>(properties)...});
  }
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  TokenizedInputs encode(const std::vector<std::string>& prompts_1,
                         const std::vector<std::string>& prompts_2,
                         Properties&&... properties) const {
    return encode(prompts_1, prompts_2, AnyMap{std::forward<Properties>(properties)...});
  }
  bool supports_paired_input() const;

  std::string decode(const std::vector<int64_t>& tokens,
                     const AnyMap& detokenization_params = {}) const;
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  std::string decode(const std::vector<int64_t>& tokens, Properties&&... properties) const {
    return decode(tokens, AnyMap{std::forward<Properties>(properties)...});
  }
  /// Rows of an i64 tensor [batch, length].
  std::vector<std::string> decode(const Tensor& tokens,
                                  const AnyMap& detokenization_params = {}) const;
  std::vector<std::string> decode(const std::vector<std::vector<int64_t>>& tokens,
                                  const AnyMap& detokenization_params = {}) const;

  /// The text to send for a conversation: see ChatTemplate::apply. Throws bad_input.
  std::string apply_chat_template(
      const ChatHistory& history, bool add_generation_prompt, const std::string& chat_template = {},
      const std::optional<JsonContainer>& tools = std::nullopt,
      const std::optional<JsonContainer>& extra_context = std::nullopt) const;
  /// In place of all the model's templates; an empty text turns them off.
  void set_chat_template(const std::string& chat_template);
  /// The default one; "" when there is none.
  std::string get_chat_template() const;
  std::string get_original_chat_template() const;

  /// -1 and "" when the tokenizer has none.
  int64_t get_bos_token_id() const;
  int64_t get_eos_token_id() const;
  int64_t get_pad_token_id() const;
  std::string get_bos_token() const;
  std::string get_eos_token() const;
  std::string get_pad_token() const;

  Vocab get_vocab() const;
  std::vector<std::string> get_vocab_vector() const;

  bool operator==(const Tokenizer& other) const { return impl_ == other.impl_; }

  class Impl;
  explicit Tokenizer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  Impl& impl() const { return *impl_; }
  explicit operator bool() const { return impl_ != nullptr; }

 private:
  std::shared_ptr<Impl> impl_;
};

/// Of a *.tiktoken file whose family is not known: the regular expression that finds words.
inline constexpr Property<std::string> split_pattern{"split_pattern"};
inline constexpr Property<bool> add_special_tokens{"add_special_tokens"};
inline constexpr Property<bool> truncation{"truncation"};
inline constexpr Property<bool> pad_to_max_length{"pad_to_max_length"};
inline constexpr Property<size_t> pad_to_length{"pad_to_length"};
inline constexpr Property<std::string> padding_side{"padding_side"};
inline constexpr Property<bool> return_offsets_mapping{"return_offsets_mapping"};
inline constexpr Property<bool> skip_special_tokens{"skip_special_tokens"};

}  // namespace hearth::genai
