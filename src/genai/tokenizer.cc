#include "hearth/genai/tokenizer.hpp"

#include <algorithm>

#include "base/error.h"
#include "frontends/gguf_source.h"
#include "frontends/tokenizer/read_tokenizer.h"
#include "genai/tokenizer_impl.h"
#include "genai/tokenizer_params.h"
#include "text/gguf_vocabulary.h"

namespace fs = std::filesystem;

namespace hearth::genai {
namespace {

text::GgufVocabulary vocabulary_of(const frontends::GgufTokenizerData& data, const fs::path& path) {
  text::GgufVocabulary v;
  v.source = path.string();
  v.name = data.model_name;
  v.architecture = data.architecture;
  v.model = data.model;
  v.pre = data.pre;
  v.tokens = data.tokens;
  v.merges = data.merges;
  v.scores = data.scores;
  v.types = data.types;
  v.add_bos = data.add_bos;
  v.add_eos = data.add_eos;
  v.add_space_prefix = data.add_space_prefix;
  v.remove_extra_whitespaces = data.remove_extra_whitespaces;
  v.lowercase = data.lowercase;
  v.strip_accents = data.strip_accents;
  v.bos = data.bos;
  v.eos = data.eos;
  v.unk = data.unk;
  v.pad = data.pad;
  v.sep = data.sep;
  v.charsmap = data.charsmap;
  return v;
}

// Of a tokenizer whose files name no special tokens: those that it knows by itself.
Json own_special_tokens(const text::Tokenizer& tokenizer) {
  Json out = Json::object();
  const auto add = [&](const char* name, std::optional<int64_t> id) {
    if (id) out[name] = tokenizer.id_to_token(*id);
  };
  add("bos_token", tokenizer.bos_token_id());
  add("eos_token", tokenizer.eos_token_id());
  add("pad_token", tokenizer.pad_token_id());
  return out;
}

// A model's file inside of a graph.
std::shared_ptr<const text::Tokenizer> from_sentencepiece(
    const frontends::SentencePieceTexts& texts, const std::string& source) {
  Json config = Json::object();
  config["add_bos_token"] = texts.add_bos;
  config["add_eos_token"] = texts.add_eos;
  text::SentencePieceFrame frame{{},        texts.front, texts.back,   texts.bos,
                                 texts.eos, texts.pad,   texts.decoder};
  for (const auto& [content, id, special] : texts.cut) frame.cut.push_back({content, id, special});
  return text::Tokenizer::from_sentencepiece(texts.model, config.dump(), source, frame);
}

}  // namespace

Tokenizer::Impl::Impl(std::shared_ptr<const text::Tokenizer> tokens,
                      std::shared_ptr<const ChatTemplate::Impl> chat_template)
    : tokenizer_(std::move(tokens)),
      original_(std::move(chat_template)),
      chat_template_(original_) {}

ChatTemplate Tokenizer::Impl::chat_template() const {
  const std::lock_guard lock(mutex_);
  return chat_template_;
}

void Tokenizer::Impl::set_chat_template(const std::string& text) {
  text::ChatTemplates templates;
  if (!text.empty()) templates.add("default", text, "chat_template");
  const ChatTemplate::Impl& original = original_.impl();
  auto replaced = std::make_shared<ChatTemplate::Impl>(
      std::move(templates), original.special_tokens(), original.source());
  const std::lock_guard lock(mutex_);
  chat_template_ = ChatTemplate(std::move(replaced));
}

TokenizerFiles gguf_tokenizer_files(const frontends::ModelSource& source) {
  const text::GgufVocabulary vocabulary = vocabulary_of(*source.gguf_tokenizer, source.path);
  return {text::tokenizer_json_from_gguf(vocabulary),
          text::tokenizer_config_json_from_gguf(vocabulary)};
}

Tokenizer gguf_tokenizer(const frontends::GgufTokenizerData& data, const fs::path& path) {
  return Tokenizer(
      std::make_shared<Tokenizer::Impl>(text::Tokenizer::from_gguf(vocabulary_of(data, path)),
                                        gguf_chat_template(data, path.string())));
}

std::shared_ptr<const text::Tokenizer> text_tokenizer(const frontends::TokenizerTexts& texts,
                                                      const std::string& source) {
  if (texts.sentencepiece) return from_sentencepiece(*texts.sentencepiece, source);
  return text::Tokenizer::from_json(texts.tokenizer_json, texts.tokenizer_config_json, source);
}

// From openvino_tokenizer.xml and openvino_detokenizer.xml.
Tokenizer tokenizer_from_ir(const fs::path& folder) {
  const frontends::TokenizerTexts texts = frontends::read_tokenizer_ir(folder);
  const std::string name = (folder / "openvino_tokenizer.xml").string();
  auto tokens = text_tokenizer(texts, name);
  const Json special_tokens = own_special_tokens(*tokens);
  auto chat_template = folder_chat_template(folder, special_tokens);
  if (chat_template->templates().empty() && !texts.chat_template.empty()) {
    text::ChatTemplates templates;
    templates.add("default", texts.chat_template, name);
    chat_template =
        std::make_shared<ChatTemplate::Impl>(std::move(templates), special_tokens, folder.string());
  }
  return Tokenizer(std::make_shared<Tokenizer::Impl>(std::move(tokens), std::move(chat_template)));
}

Tokenizer open_tokenizer(const fs::path& path, const std::string& pattern) {
  if (frontends::has_tokenizer_ir(path) && !text::Tokenizer::is_in(path))
    return tokenizer_from_ir(path);
  auto tokens = text::Tokenizer::open(path, pattern);
  const fs::path folder = fs::is_directory(path) ? path : path.parent_path();
  auto chat_template = folder_chat_template(folder, own_special_tokens(*tokens));
  return Tokenizer(std::make_shared<Tokenizer::Impl>(std::move(tokens), std::move(chat_template)));
}

Tokenizer::Tokenizer(const fs::path& path, const AnyMap& properties) {
  check_tokenizer_params(properties, {split_pattern.name()});
  const auto pattern = properties.find(split_pattern.name());
  *this = path.extension() == ".gguf"
              ? gguf_tokenizer(frontends::open_gguf_tokenizer(path), path)
              : open_tokenizer(
                    path, pattern == properties.end() ? "" : pattern->second.as<std::string>());
}

std::string Tokenizer::decode(const std::vector<int64_t>& tokens, const AnyMap& params) const {
  check_tokenizer_params(params, {"skip_special_tokens"});
  return impl_->text_tokenizer()->decode(tokens,
                                         tokenizer_flag(params, "skip_special_tokens", true));
}

std::vector<std::string> Tokenizer::decode(const Tensor& tokens, const AnyMap& params) const {
  if (tokens.get_element_type() != ElementType::i64 || tokens.get_shape().size() != 2)
    bad_input("tokens to decode are an i64 tensor [batch, length]");
  std::vector<std::string> out;
  const size_t length = tokens.get_shape()[1];
  for (size_t row = 0; row < tokens.get_shape()[0]; ++row) {
    const int64_t* ids = tokens.data<int64_t>() + row * length;
    out.push_back(decode(std::vector<int64_t>(ids, ids + length), params));
  }
  return out;
}

std::vector<std::string> Tokenizer::decode(const std::vector<std::vector<int64_t>>& tokens,
                                           const AnyMap& params) const {
  std::vector<std::string> out;
  out.reserve(tokens.size());
  for (const auto& row : tokens) out.push_back(decode(row, params));
  return out;
}

std::string Tokenizer::apply_chat_template(const ChatHistory& history, bool add_generation_prompt,
                                           const std::string& chat_template,
                                           const std::optional<JsonContainer>& tools,
                                           const std::optional<JsonContainer>& extra) const {
  return impl_->chat_template().apply(history, add_generation_prompt, chat_template, tools, extra);
}

void Tokenizer::set_chat_template(const std::string& text) { impl_->set_chat_template(text); }
std::string Tokenizer::get_chat_template() const { return impl_->chat_template().text(); }
std::string Tokenizer::get_original_chat_template() const {
  return impl_->original_chat_template().text();
}

int64_t Tokenizer::get_bos_token_id() const {
  return impl_->text_tokenizer()->bos_token_id().value_or(-1);
}
int64_t Tokenizer::get_eos_token_id() const {
  return impl_->text_tokenizer()->eos_token_id().value_or(-1);
}
int64_t Tokenizer::get_pad_token_id() const {
  return impl_->text_tokenizer()->pad_token_id().value_or(-1);
}
std::string Tokenizer::get_bos_token() const {
  return impl_->text_tokenizer()->id_to_token(get_bos_token_id());
}
std::string Tokenizer::get_eos_token() const {
  return impl_->text_tokenizer()->id_to_token(get_eos_token_id());
}
std::string Tokenizer::get_pad_token() const {
  return impl_->text_tokenizer()->id_to_token(get_pad_token_id());
}

std::vector<std::string> Tokenizer::get_vocab_vector() const {
  std::vector<std::string> out(impl_->text_tokenizer()->vocab_size());
  for (size_t id = 0; id < out.size(); ++id)
    out[id] = impl_->text_tokenizer()->id_to_token(static_cast<int64_t>(id));
  return out;
}

Vocab Tokenizer::get_vocab() const {
  Vocab out;
  const std::vector<std::string> tokens = get_vocab_vector();
  for (size_t id = 0; id < tokens.size(); ++id) out.emplace(tokens[id], static_cast<int64_t>(id));
  return out;
}

}  // namespace hearth::genai
