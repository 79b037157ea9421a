#include "text/tokenizer_config.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/json.h"
#include "base/mapped_file.h"

namespace hearth::text {

namespace fs = std::filesystem;

namespace {

AddedToken read_added_token(const JsonObject& json) {
  AddedToken token;
  token.content = json.text("content");
  token.single_word = json.boolean("single_word", false);
  token.lstrip = json.boolean("lstrip", false);
  token.rstrip = json.boolean("rstrip", false);
  token.normalized = json.boolean("normalized", false);
  token.special = json.boolean("special", false);
  return token;
}

AddedToken special_token(std::string content) {
  AddedToken token;
  token.content = std::move(content);
  token.special = true;
  return token;
}

void add_special(TokenizerConfig& config, AddedToken token) {
  token.special = true;
  const auto same = [&](const AddedToken& t) { return t.content == token.content; };
  auto& list = config.special_tokens;
  if (std::none_of(list.begin(), list.end(), same)) list.push_back(std::move(token));
}

// A string, or an object with `content`. What is named already stays.
void read_token(const JsonObject& object, const char* key, std::optional<std::string>& out,
                TokenizerConfig& config) {
  if (out || !object.has(key)) return;
  if (object.find(key)->is_object()) {
    const JsonObject json = object.object(key);
    out = json.text("content");
    add_special(config, read_added_token(json));
  } else {
    out = object.text(key);
    add_special(config, special_token(*out));
  }
}

void read_special_tokens(const JsonObject& object, TokenizerConfig& config) {
  read_token(object, "bos_token", config.bos_token, config);
  read_token(object, "eos_token", config.eos_token, config);
  read_token(object, "pad_token", config.pad_token, config);
  read_token(object, "unk_token", config.unk_token, config);
  read_token(object, "cls_token", config.cls_token, config);
  read_token(object, "sep_token", config.sep_token, config);
  read_token(object, "mask_token", config.mask_token, config);
  const Json* more = object.find("additional_special_tokens");
  if (more == nullptr || !more->is_array()) return;
  for (const Json& token : *more) {
    if (token.is_string()) {
      add_special(config, special_token(token.get<std::string>()));
    } else {
      add_special(config, read_added_token(
                              JsonObject(token, object.source(), "additional_special_tokens")));
    }
  }
}

std::optional<bool> read_flag(const StageConfig& config, const std::string& key) {
  return config.has(key) ? std::optional<bool>(config.flag(key)) : std::nullopt;
}

std::optional<Side> read_side(const JsonObject& object, const std::string& key) {
  if (!object.has(key)) return std::nullopt;
  const std::string side = object.text(key);
  if (side != "left" && side != "right")
    bad_input("{} should be left or right, but is \"{}\"", object.name_of(key), side);
  return side == "left" ? Side::left : Side::right;
}

// Transformers writes 1e30 for a length that nobody knows.
std::optional<size_t> read_length(const JsonObject& object, const std::string& key) {
  const double length = object.number(key, 0);
  if (length < 1 || length > INT32_MAX) return std::nullopt;
  return static_cast<size_t>(length);
}

TokenizerConfig::Entry read_entry(const JsonObject& decoder, const std::string& key) {
  int64_t id = -1;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  if (error != std::errc() || end != key.data() + key.size() || id < 0 || id > INT32_MAX)
    bad_input("{}: the key should be an id", decoder.name_of(key));
  return {id, read_added_token(decoder.object(key))};
}

// {content: id}, of older files.
void add_missing_entries(const JsonObject& json, std::vector<TokenizerConfig::Entry>& entries) {
  for (const auto& [content, value] : json.json().items()) {
    const int64_t id = json.integer(content, 0, INT32_MAX);
    const auto same = [id](const auto& e) { return e.id == id; };
    if (std::any_of(entries.begin(), entries.end(), same)) continue;
    AddedToken token;
    token.content = content;
    entries.push_back({id, std::move(token)});
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
}

template <typename Read>
void for_json(const fs::path& path, Read&& read) {
  if (!fs::exists(path)) return;
  const Json json = read_json_file(path);
  read(JsonObject(json, path.string()));
}

}  // namespace

TokenizerConfig read_tokenizer_config(std::string_view text, const std::string& source) {
  TokenizerConfig out;
  if (text.empty()) return out;
  const Json json = parse_json(text, source);
  const JsonObject object(json, source);
  const StageConfig config(object);
  read_special_tokens(object, out);
  out.add_bos_token = read_flag(config, "add_bos_token");
  out.add_eos_token = read_flag(config, "add_eos_token");
  out.add_prefix_space = read_flag(config, "add_prefix_space");
  out.clean_up_tokenization_spaces = read_flag(config, "clean_up_tokenization_spaces");
  out.do_lower_case = read_flag(config, "do_lower_case");
  out.strip_accents = read_flag(config, "strip_accents");
  out.tokenize_chinese_chars = read_flag(config, "tokenize_chinese_chars");
  out.padding_side = read_side(object, "padding_side");
  out.model_max_length = read_length(object, "model_max_length");
  out.tokenizer_class = config.text("tokenizer_class", "");
  if (config.has("added_tokens_decoder")) {
    const JsonObject decoder = object.object("added_tokens_decoder");
    for (const auto& [key, value] : decoder.json().items())
      out.added_tokens_decoder.push_back(read_entry(decoder, key));
    std::sort(out.added_tokens_decoder.begin(), out.added_tokens_decoder.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
  }
  return out;
}

TokenizerConfig read_companions(const fs::path& folder) {
  const fs::path config = folder / "tokenizer_config.json";
  TokenizerConfig out = fs::exists(config)
                            ? read_tokenizer_config(read_text_file(config), config.string())
                            : TokenizerConfig();
  for_json(folder / "special_tokens_map.json",
           [&](const JsonObject& json) { read_special_tokens(json, out); });
  for_json(folder / "added_tokens.json",
           [&](const JsonObject& json) { add_missing_entries(json, out.added_tokens_decoder); });
  for_json(folder / "config.json",
           [&](const JsonObject& json) { out.model_type = json.text("model_type", ""); });
  return out;
}

}  // namespace hearth::text
