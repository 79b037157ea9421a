#include "text/tokenizer.h"

#include <stdexcept>

#include "base/error.h"
#include "base/mapped_file.h"
#include "text/decoding.h"
#include "text/files/tokenizer_file.h"
#include "text/gguf_vocabulary.h"
#include "text/tokenizer_impl.h"

namespace hearth::text {
namespace {

namespace fs = std::filesystem;

std::string_view view(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.size()};
}

// The trie bounds its size by this exception; here the file is known.
template <typename Read>
std::unique_ptr<Tokenizer::Impl> with_size_errors(const std::string& source, Read&& read) {
  try {
    return read();
  } catch (const std::length_error&) {
    bad_input("{}: the tokens have more than 2^24 different beginnings", source);
  }
}

}  // namespace

std::shared_ptr<const Tokenizer> Tokenizer::open(const fs::path& path, const std::string& pattern) {
  const fs::path found = find_tokenizer_file(path);
  const auto mapped = MappedFile::open(found);
  return from_file(
      {found, found.string(), view(*mapped), read_companions(found.parent_path()), pattern});
}

std::shared_ptr<const Tokenizer> Tokenizer::from_file(const TokenizerFile& file) {
  auto impl = with_size_errors(file.source, [&] { return read_tokenizer_file(file); });
  impl->configure(file.config);
  return std::make_shared<Tokenizer>(std::move(impl));
}

std::shared_ptr<const Tokenizer> Tokenizer::from_json(std::string_view tokenizer_json,
                                                      std::string_view tokenizer_config_json,
                                                      const std::string& source) {
  const TokenizerConfig config = read_tokenizer_config(tokenizer_config_json, source);
  auto impl = with_size_errors(source, [&] { return read_tokenizer_json(tokenizer_json, source); });
  impl->configure(config);
  return std::make_shared<Tokenizer>(std::move(impl));
}

std::shared_ptr<const Tokenizer> Tokenizer::from_sentencepiece(
    std::string_view proto, std::string_view tokenizer_config_json, const std::string& source,
    const SentencePieceFrame& frame) {
  const TokenizerConfig config = read_tokenizer_config(tokenizer_config_json, source);
  auto impl = with_size_errors(
      source, [&] { return read_sentencepiece_model(proto, config, source, frame); });
  impl->configure(config);
  return std::make_shared<Tokenizer>(std::move(impl));
}

std::shared_ptr<const Tokenizer> Tokenizer::from_gguf(const GgufVocabulary& vocabulary) {
  auto impl = with_size_errors(vocabulary.source, [&] { return read_gguf_vocabulary(vocabulary); });
  if (impl != nullptr) return std::make_shared<Tokenizer>(std::move(impl));
  return from_json(tokenizer_json_from_gguf(vocabulary),
                   tokenizer_config_json_from_gguf(vocabulary), vocabulary.source);
}

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;

std::string Tokenizer::decode(std::span<const int64_t> ids, bool skip_special_tokens) const {
  Decoding decoding(*impl_, skip_special_tokens);
  for (const int64_t id : ids) decoding.put(id);
  decoding.end();
  return decoding.take();
}

std::optional<int64_t> Tokenizer::Impl::token_to_id(std::string_view token) const {
  const auto id = added->token_to_id(token);
  return id ? id : model->token_to_id(token);
}

std::optional<std::string_view> Tokenizer::Impl::id_to_token(int64_t id) const {
  const auto token = added->id_to_token(id);
  return token ? token : model->id_to_token(id);
}

void Tokenizer::Impl::configure(const TokenizerConfig& config) {
  const auto set = [this](const std::optional<std::string>& token, std::optional<int64_t>& id) {
    const auto named = token ? token_to_id(*token) : std::nullopt;
    if (named) id = named;
  };
  set(config.bos_token, bos);
  set(config.eos_token, eos);
  set(config.pad_token, pad);
  set(config.unk_token, unk);
  padding_side = config.padding_side;
  model_max_length = config.model_max_length;
}

std::optional<Side> Tokenizer::padding_side() const { return impl_->padding_side; }
std::optional<size_t> Tokenizer::model_max_length() const { return impl_->model_max_length; }

size_t Tokenizer::vocab_size() const {
  return std::max(impl_->model->end_id(), impl_->added->end_id());
}
std::optional<int64_t> Tokenizer::token_to_id(std::string_view token) const {
  return impl_->token_to_id(token);
}
std::string Tokenizer::id_to_token(int64_t id) const {
  return std::string(impl_->id_to_token(id).value_or(""));
}
bool Tokenizer::is_special(int64_t id) const { return impl_->is_special(id); }
std::optional<int64_t> Tokenizer::bos_token_id() const { return impl_->bos; }
std::optional<int64_t> Tokenizer::eos_token_id() const { return impl_->eos; }
std::optional<int64_t> Tokenizer::pad_token_id() const { return impl_->pad; }
std::optional<int64_t> Tokenizer::unk_token_id() const { return impl_->unk; }

}  // namespace hearth::text
