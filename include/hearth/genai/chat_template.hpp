// The chat templates of a model, without its tokenizer.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/genai/chat_history.hpp"

namespace hearth::genai {

class ChatTemplate {
 public:
  /// A model folder, a .gguf file, or a .jinja file, which knows no special tokens. Throws
  /// bad_input; a model without a template is no error before apply().
  explicit ChatTemplate(const std::filesystem::path& path);

  /// The text to send for a conversation, as transformers' apply_chat_template makes it.
  /// `chat_template` is the name of one of the model's templates, or a template that is taken
  /// instead; left empty, `tool_use` is taken when there are tools and a template of that name, and
  /// `default` otherwise. `tools` and `extra_context` replace the history's own.
  ///
  /// The extra context holds further variables: `documents` (a list of objects), `enable_thinking`,
  /// the special tokens (`bos_token`, ...) where they should be others than the model's. One is no
  /// variable: with `continue_final_message` true the text ends inside the last message, for the
  /// model to go on with it; then add_generation_prompt must be false.
  ///
  /// Throws bad_input naming the template's file, line and construct.
  std::string apply(const ChatHistory& history, bool add_generation_prompt,
                    const std::string& chat_template = {},
                    const std::optional<JsonContainer>& tools = std::nullopt,
                    const std::optional<JsonContainer>& extra_context = std::nullopt) const;

  /// "default" for a single one; empty when the model has none.
  std::vector<std::string> names() const;
  /// The template of that name; "" when there is none.
  std::string text(const std::string& name = "default") const;

  class Impl;
  explicit ChatTemplate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace hearth::genai
