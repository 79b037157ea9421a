// The inside of a genai::ChatTemplate: the model's templates, parsed when they are first used.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "frontends/model_source.h"
#include "hearth/genai/chat_template.hpp"
#include "text/chat_templates.h"
#include "text/conversation.h"

namespace hearth::genai {

class ChatTemplate::Impl {
 public:
  /// `special_tokens` is an object of strings; `source` names the model in messages.
  Impl(text::ChatTemplates templates, Json special_tokens, std::string source);

  const text::ChatTemplates& templates() const { return templates_; }
  const Json& special_tokens() const { return special_tokens_; }
  const std::string& source() const { return source_; }
  std::string apply(text::Conversation conversation, const std::string& asked) const;

 private:
  text::ChatTemplate parsed(const text::ChatTemplates::Named& named) const;

  const text::ChatTemplates templates_;
  const Json special_tokens_;
  const std::string source_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, text::ChatTemplate> parsed_;  // by name
};

/// `special_tokens` are those of a folder whose files name none.
std::shared_ptr<const ChatTemplate::Impl> folder_chat_template(
    const std::filesystem::path& folder, const Json& special_tokens = Json::object());
std::shared_ptr<const ChatTemplate::Impl> gguf_chat_template(
    const frontends::GgufTokenizerData& data, const std::string& source);

}  // namespace hearth::genai
