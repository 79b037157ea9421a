// Text to token ids and back, with the chat template of the model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hearth/any.hpp"
#include "hearth/genai/chat_history.hpp"
#include "hearth/tensor.hpp"

namespace hearth::genai {

using Vocab = std::unordered_map<std::string, int64_t>;

/// Token ids [batch, longest] i64, padded on the left; attention_mask is 0 on the padding.
struct TokenizedInputs {
  Tensor input_ids;
  Tensor attention_mask;
  std::optional<Tensor> token_type_ids;
};

class Tokenizer {
 public:
  Tokenizer() = default;
  /// A model folder, a tokenizer's file (tokenizer.json, tokenizer.model, tekken.json, vocab.json
  /// with merges.txt beside it, vocab.txt, *.tiktoken) or a .gguf file. Property: split_pattern.
  /// Throws bad_input.
  explicit Tokenizer(const std::filesystem::path& path, const AnyMap& properties = {});

  TokenizedInputs encode(const std::string& prompt, const AnyMap& tokenization_params = {}) const;
  TokenizedInputs encode(const std::vector<std::string>& prompts,
                         const AnyMap& tokenization_params = {}) const;
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  TokenizedInputs encode(const std::string& prompt, Properties&&... properties) const {
    return encode(prompt, AnyMap{std::forward<Properties>(properties)...});
  }

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

  /// The text to send for a conversation. `chat_template` overrides the model's.
  std::string apply_chat_template(
      const ChatHistory& history, bool add_generation_prompt, const std::string& chat_template = {},
      const std::optional<JsonContainer>& tools = std::nullopt,
      const std::optional<JsonContainer>& extra_context = std::nullopt) const;
  /// An empty text turns the template off.
  void set_chat_template(const std::string& chat_template);
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
inline constexpr Property<bool> skip_special_tokens{"skip_special_tokens"};

}  // namespace hearth::genai
