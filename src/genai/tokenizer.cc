#include "hearth/genai/tokenizer.hpp"

#include <algorithm>

#include "base/error.h"
#include "frontends/tokenizer/read_tokenizer.h"
#include "genai/json_value.h"
#include "genai/tokenizer_impl.h"
#include "text/gguf_vocabulary.h"

namespace fs = std::filesystem;

namespace hearth::genai {
namespace {

bool flag(const AnyMap& params, const char* name, bool fallback) {
  const auto it = params.find(name);
  return it == params.end() ? fallback : it->second.as<bool>();
}

void check_names(const AnyMap& params, std::initializer_list<const char*> known) {
  for (const auto& param : params) {
    const std::string& name = param.first;
    if (std::none_of(known.begin(), known.end(), [&](const char* k) { return name == k; }))
      bad_input("there is no tokenizer parameter `{}`; known are {}", name, fmt::join(known, ", "));
  }
}

text::GgufVocabulary vocabulary_of(const frontends::GgufTokenizerData& data) {
  text::GgufVocabulary v;
  v.model = data.model;
  v.pre = data.pre;
  v.tokens = data.tokens;
  v.merges = data.merges;
  v.scores = data.scores;
  v.types = data.types;
  // llama.cpp's defaults: SentencePiece vocabularies start with BOS and a space.
  const bool sentencepiece = data.model == "llama";
  v.add_bos = data.add_bos.value_or(sentencepiece);
  v.add_eos = data.add_eos.value_or(false);
  v.add_space_prefix = data.add_space_prefix.value_or(sentencepiece);
  v.bos = data.bos;
  v.eos = data.eos;
  v.unk = data.unk;
  v.pad = data.pad;
  return v;
}

}  // namespace

Tokenizer::Impl::Impl(std::shared_ptr<const text::Tokenizer> tokens, std::string chat_template,
                      std::string where)
    : source(std::move(where)),
      original_template(std::move(chat_template)),
      tokenizer_(std::move(tokens)),
      template_text_(original_template) {}

std::string Tokenizer::Impl::chat_template() const {
  const std::lock_guard lock(mutex_);
  return template_text_;
}

void Tokenizer::Impl::set_chat_template(const std::string& text) {
  const std::lock_guard lock(mutex_);
  template_text_ = text;
  parsed_.reset();
}

std::string Tokenizer::Impl::render(const Json& context,
                                    const std::string& override_template) const {
  if (!override_template.empty())
    return text::ChatTemplate::parse(override_template, "chat_template").render(context);
  const std::lock_guard lock(mutex_);
  if (template_text_.empty())
    bad_input("{}: the model has no chat template; send plain text, or set a template", source);
  if (!parsed_) parsed_ = text::ChatTemplate::parse(template_text_, source);
  return parsed_->render(context);
}

TokenizerFiles gguf_tokenizer_files(const frontends::ModelSource& source) {
  const text::GgufVocabulary vocabulary = vocabulary_of(*source.gguf_tokenizer);
  return {text::tokenizer_json_from_gguf(vocabulary),
          text::tokenizer_config_json_from_gguf(vocabulary)};
}

Tokenizer gguf_tokenizer(const frontends::ModelSource& source) {
  const TokenizerFiles files = gguf_tokenizer_files(source);
  const std::string name = source.path.string();
  return Tokenizer(std::make_shared<Tokenizer::Impl>(
      text::Tokenizer::from_json(files.tokenizer_json, files.tokenizer_config_json, name),
      source.gguf_tokenizer->chat_template, name));
}

Tokenizer open_tokenizer(const fs::path& folder) {
  const bool has_own =
      fs::exists(folder / "tokenizer.json") || fs::exists(folder / "tokenizer.model");
  if (!has_own && frontends::has_tokenizer_ir(folder)) {
    const frontends::TokenizerTexts texts = frontends::read_tokenizer_ir(folder);
    const std::string name = (folder / "openvino_tokenizer.xml").string();
    return Tokenizer(std::make_shared<Tokenizer::Impl>(
        text::Tokenizer::from_json(texts.tokenizer_json, texts.tokenizer_config_json, name),
        text::find_chat_template(folder).value_or(texts.chat_template), name));
  }
  return Tokenizer(std::make_shared<Tokenizer::Impl>(text::Tokenizer::open(folder),
                                                     text::find_chat_template(folder).value_or(""),
                                                     folder.string()));
}

Tokenizer::Tokenizer(const fs::path& path, const AnyMap& properties) {
  check_names(properties, {});
  *this = path.extension() == ".gguf" ? gguf_tokenizer(frontends::open_model_source(path))
                                      : open_tokenizer(path);
}

TokenizedInputs Tokenizer::encode(const std::string& prompt, const AnyMap& params) const {
  return encode(std::vector<std::string>{prompt}, params);
}

TokenizedInputs Tokenizer::encode(const std::vector<std::string>& prompts,
                                  const AnyMap& params) const {
  check_names(params, {"add_special_tokens"});
  const bool special = flag(params, "add_special_tokens", true);
  std::vector<std::vector<int64_t>> ids;
  size_t longest = 0;
  for (const std::string& prompt : prompts) {
    ids.push_back(impl_->text_tokenizer()->encode(prompt, special));
    longest = std::max(longest, ids.back().size());
  }
  const int64_t pad = std::max<int64_t>(get_pad_token_id(), 0);
  TokenizedInputs out{Tensor(ElementType::i64, {prompts.size(), longest}),
                      Tensor(ElementType::i64, {prompts.size(), longest}), std::nullopt};
  for (size_t row = 0; row < ids.size(); ++row) {
    int64_t* tokens = out.input_ids.data<int64_t>() + row * longest;
    int64_t* mask = out.attention_mask.data<int64_t>() + row * longest;
    const size_t padding = longest - ids[row].size();
    std::fill_n(tokens, padding, pad);
    std::fill_n(mask, padding, 0);
    std::copy(ids[row].begin(), ids[row].end(), tokens + padding);
    std::fill_n(mask + padding, ids[row].size(), 1);
  }
  return out;
}

std::string Tokenizer::decode(const std::vector<int64_t>& tokens, const AnyMap& params) const {
  check_names(params, {"skip_special_tokens"});
  return impl_->text_tokenizer()->decode(tokens, flag(params, "skip_special_tokens", true));
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
  for (const auto& row : tokens) out.push_back(decode(row, params));
  return out;
}

std::string Tokenizer::apply_chat_template(const ChatHistory& history, bool add_generation_prompt,
                                           const std::string& chat_template,
                                           const std::optional<JsonContainer>& tools,
                                           const std::optional<JsonContainer>& extra) const {
  Json context = Json::object();
  context["messages"] = to_json(history.get_messages());
  context["add_generation_prompt"] = add_generation_prompt;
  const Json& given_tools = to_json(tools ? *tools : history.get_tools());
  if (!given_tools.empty()) context["tools"] = given_tools;
  context["bos_token"] = get_bos_token();
  context["eos_token"] = get_eos_token();
  context["pad_token"] = get_pad_token();
  const Json& more = to_json(extra ? *extra : history.get_extra_context());
  for (const auto& [key, value] : more.items()) context[key] = value;
  return impl_->render(context, chat_template);
}

void Tokenizer::set_chat_template(const std::string& text) { impl_->set_chat_template(text); }
std::string Tokenizer::get_chat_template() const { return impl_->chat_template(); }
std::string Tokenizer::get_original_chat_template() const { return impl_->original_template; }

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
