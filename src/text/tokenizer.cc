#include "text/tokenizer.h"

#include <stdexcept>

#include "base/error.h"
#include "base/mapped_file.h"
#include "text/decoding.h"
#include "text/tokenizer_impl.h"

namespace hearth::text {
namespace {

namespace fs = std::filesystem;

std::string_view view(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.size()};
}

// tokenizer_config.json in the folder, or nothing.
std::string config_in(const fs::path& folder) {
  const fs::path path = folder / "tokenizer_config.json";
  return fs::exists(path) ? read_text_file(path) : "";
}

fs::path find_tokenizer(const fs::path& folder) {
  for (const char* name : {"tokenizer.json", "tokenizer.model"})
    if (fs::exists(folder / name)) return folder / name;
  bad_input("{}: has neither tokenizer.json nor tokenizer.model", folder.string());
}

bool is_json(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
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

std::shared_ptr<const Tokenizer> Tokenizer::open(const fs::path& path) {
  const fs::path file = fs::is_directory(path) ? find_tokenizer(path) : path;
  const auto mapped = MappedFile::open(file);
  const std::string config = config_in(file.parent_path());
  return is_json(view(*mapped)) ? from_json(view(*mapped), config, file.string())
                                : from_sentencepiece(view(*mapped), config, file.string());
}

std::shared_ptr<const Tokenizer> Tokenizer::from_json(std::string_view tokenizer_json,
                                                      std::string_view tokenizer_config_json,
                                                      const std::string& source) {
  const TokenizerConfig config = read_tokenizer_config(tokenizer_config_json, source);
  auto impl = with_size_errors(source, [&] { return read_tokenizer_json(tokenizer_json, source); });
  impl->set_special_ids(config);
  return std::make_shared<Tokenizer>(std::move(impl));
}

std::shared_ptr<const Tokenizer> Tokenizer::from_sentencepiece(
    std::string_view proto, std::string_view tokenizer_config_json, const std::string& source) {
  const TokenizerConfig config = read_tokenizer_config(tokenizer_config_json, source);
  auto impl =
      with_size_errors(source, [&] { return read_sentencepiece_model(proto, config, source); });
  impl->set_special_ids(config);
  return std::make_shared<Tokenizer>(std::move(impl));
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

void Tokenizer::Impl::set_special_ids(const TokenizerConfig& config) {
  const auto set = [this](const std::optional<std::string>& token, std::optional<int64_t>& id) {
    const auto named = token ? token_to_id(*token) : std::nullopt;
    if (named) id = named;
  };
  set(config.bos_token, bos);
  set(config.eos_token, eos);
  set(config.pad_token, pad);
  set(config.unk_token, unk);
}

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
