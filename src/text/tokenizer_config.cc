#include "text/tokenizer_config.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/json.h"

namespace hearth::text {
namespace {

// A string, or an object with `content`.
std::optional<std::string> read_token(const StageConfig& config, const std::string& key) {
  return config.is_object(key) ? config.object(key).text("content") : config.find_text(key);
}

std::optional<bool> read_flag(const StageConfig& config, const std::string& key) {
  return config.has(key) ? std::optional<bool>(config.flag(key)) : std::nullopt;
}

TokenizerConfig::Entry read_entry(const JsonObject& decoder, const std::string& key) {
  int64_t id = -1;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  if (error != std::errc() || end != key.data() + key.size() || id < 0 || id > INT32_MAX)
    bad_input("{}: the key should be an id", decoder.name_of(key));
  const JsonObject json = decoder.object(key);
  AddedToken token;
  token.content = json.text("content");
  token.single_word = json.boolean("single_word", false);
  token.lstrip = json.boolean("lstrip", false);
  token.rstrip = json.boolean("rstrip", false);
  token.normalized = json.boolean("normalized", false);
  token.special = json.boolean("special", false);
  return {id, std::move(token)};
}

}  // namespace

TokenizerConfig read_tokenizer_config(std::string_view text, const std::string& source) {
  TokenizerConfig out;
  if (text.empty()) return out;
  const Json json = parse_json(text, source);
  const JsonObject object(json, source);
  const StageConfig config(object);
  out.bos_token = read_token(config, "bos_token");
  out.eos_token = read_token(config, "eos_token");
  out.pad_token = read_token(config, "pad_token");
  out.unk_token = read_token(config, "unk_token");
  out.add_bos_token = read_flag(config, "add_bos_token");
  out.add_eos_token = read_flag(config, "add_eos_token");
  if (config.has("added_tokens_decoder")) {
    const JsonObject decoder = object.object("added_tokens_decoder");
    for (const auto& [key, value] : decoder.json().items())
      out.added_tokens_decoder.push_back(read_entry(decoder, key));
    std::sort(out.added_tokens_decoder.begin(), out.added_tokens_decoder.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
  }
  return out;
}

}  // namespace hearth::text
