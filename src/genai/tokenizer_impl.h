// The inside of a genai::Tokenizer: a text::Tokenizer and the chat templates in force.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "frontends/model_source.h"
#include "frontends/tokenizer/read_tokenizer.h"
#include "genai/chat_template_impl.h"
#include "hearth/genai/tokenizer.hpp"
#include "text/tokenizer.h"

namespace hearth::genai {

class Tokenizer::Impl {
 public:
  Impl(std::shared_ptr<const text::Tokenizer> tokens,
       std::shared_ptr<const ChatTemplate::Impl> chat_template);

  const std::shared_ptr<const text::Tokenizer>& text_tokenizer() const { return tokenizer_; }
  /// As the model came.
  const ChatTemplate& original_chat_template() const { return original_; }
  /// As it was set last.
  ChatTemplate chat_template() const;
  void set_chat_template(const std::string& text);

 private:
  std::shared_ptr<const text::Tokenizer> tokenizer_;
  const ChatTemplate original_;
  mutable std::mutex mutex_;
  ChatTemplate chat_template_;
};

/// From a model folder or a tokenizer's file; `pattern` as for text::Tokenizer::open().
Tokenizer open_tokenizer(const std::filesystem::path& path, const std::string& pattern = {});
/// From what the graphs of a tokenizer say; `source` names them in errors. Throws bad_input.
std::shared_ptr<const text::Tokenizer> text_tokenizer(const frontends::TokenizerTexts& texts,
                                                      const std::string& source);
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
