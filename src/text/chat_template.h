// Chat templates: the Jinja that model folders ship, rendered as transformers does. Immutable once
// parsed; rendering is bounded in steps and output size.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hearth::text {

class ChatTemplate {
 public:
  /// Throws bad_input naming `source`, the line and the construct that is wrong or unknown.
  static ChatTemplate parse(std::string_view text, const std::string& source);

  /// `context` is an object: messages, tools, add_generation_prompt, bos_token, eos_token, ...
  /// Throws bad_input for an error in the template or one it raises itself (raise_exception).
  std::string render(const Json& context) const;
  const std::string& text() const;

  struct Impl;

 private:
  explicit ChatTemplate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// The template text of a model folder, by transformers' order: chat_template.jinja,
/// chat_template.json, tokenizer_config.json (a string, or a list of named ones of which `default`
/// is taken). Empty when the folder has none.
std::optional<std::string> find_chat_template(const std::filesystem::path& folder);

}  // namespace hearth::text
