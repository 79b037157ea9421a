// The inside of a genai::Tokenizer: a text::Tokenizer and the chat template in force.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "frontends/model_source.h"
#include "hearth/genai/tokenizer.hpp"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hearth::genai {

class Tokenizer::Impl {
 public:
  Impl(std::shared_ptr<const text::Tokenizer> tokens, std::string chat_template,
       std::string source);

  const std::shared_ptr<const text::Tokenizer>& text_tokenizer() const { return tokenizer_; }
  std::string source;
  std::string original_template;

  std::string chat_template() const;
  void set_chat_template(const std::string& text);
  std::string render(const Json& context, const std::string& override_template) const;

 private:
  std::shared_ptr<const text::Tokenizer> tokenizer_;
  mutable std::mutex mutex_;
  std::string template_text_;
  mutable std::optional<text::ChatTemplate> parsed_;  // of template_text_
};

/// From a model folder or a tokenizer's file; `pattern` as for text::Tokenizer::open().
Tokenizer open_tokenizer(const std::filesystem::path& path, const std::string& pattern = {});
/// From the vocabulary in the GGUF file `path`.
Tokenizer gguf_tokenizer(const frontends::GgufTokenizerData& data,
                         const std::filesystem::path& path);
/// What tokenizer.json and tokenizer_config.json of that vocabulary say.
struct TokenizerFiles {
  std::string tokenizer_json;
  std::string tokenizer_config_json;
};
TokenizerFiles gguf_tokenizer_files(const frontends::ModelSource& source);

}  // namespace hearth::genai
