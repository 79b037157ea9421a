// Mistral's tekken.json: the pattern, the tokens in order of rank, and the special tokens, whose
// ids come before those of the others.
#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "base/json.h"
#include "text/files/ranked_vocabulary.h"
#include "text/json_reader.h"

namespace hearth::text {
namespace {

// Older files do not name their special tokens; these are the first of them.
constexpr const char* kTekkenSpecial[] = {"<unk>",
                                          "<s>",
                                          "</s>",
                                          "[INST]",
                                          "[/INST]",
                                          "[AVAILABLE_TOOLS]",
                                          "[/AVAILABLE_TOOLS]",
                                          "[TOOL_RESULTS]",
                                          "[/TOOL_RESULTS]",
                                          "[TOOL_CALLS]",
                                          "[IMG]",
                                          "<pad>",
                                          "[IMG_BREAK]",
                                          "[IMG_END]",
                                          "[PREFIX]",
                                          "[MIDDLE]",
                                          "[SUFFIX]",
                                          "[SYSTEM_PROMPT]",
                                          "[/SYSTEM_PROMPT]",
                                          "[TOOL_CONTENT]"};

constexpr int64_t kMaxSpecial = 1 << 16;  // real files have 1000

struct Tekken {
  std::string pattern;
  uint32_t special_count = 0, vocabulary_size = 0;
  std::vector<AddedToken> special;
};

Tekken read_config(const Json& rest, const std::string& source) {
  const JsonObject file(rest, source);
  const JsonObject config = file.object("config");
  Tekken out;
  out.pattern = config.text("pattern");
  const int64_t most = Vocabulary::kMaxId;
  out.vocabulary_size = static_cast<uint32_t>(config.integer("default_vocab_size", 1, most));
  out.special_count = static_cast<uint32_t>(config.integer(
      "default_num_special_tokens", 0, std::min<int64_t>(out.vocabulary_size - 1, kMaxSpecial)));
  const auto add = [&out](std::string content, uint32_t id) {
    AddedToken token;
    token.content = std::move(content);
    token.special = true;
    token.id = id;
    out.special.push_back(std::move(token));
  };
  std::vector<std::string> names(out.special_count);
  const Json* list = file.find("special_tokens");
  if (list != nullptr && list->is_array()) {
    for (const Json& entry : *list) {
      const JsonObject token(entry, source, "special_tokens");
      const int64_t rank = token.integer("rank", 0, most);
      if (rank >= out.special_count)
        bad_input("{}: the special token {} has the rank {}, but there are {}", source,
                  token.text("token_str"), rank, out.special_count);
      names[static_cast<size_t>(rank)] = token.text("token_str");
    }
  } else {
    for (size_t i = 0; i < std::min(names.size(), std::size(kTekkenSpecial)); ++i)
      names[i] = kTekkenSpecial[i];
  }
  for (uint32_t id = 0; id < names.size(); ++id)
    add(names[id].empty() ? fmt::format("<SPECIAL_{}>", id) : names[id], id);
  return out;
}

struct TekkenToken {
  std::string bytes;
  uint32_t rank;
};

TekkenToken read_token(JsonReader& reader, const std::string& source) {
  TekkenToken out{"", UINT32_MAX};
  bool has_bytes = false;
  std::string key;
  reader.enter_object();
  while (reader.next_key(key)) {
    if (key == "rank") {
      out.rank = reader.unsigned_integer();
    } else if (key == "token_bytes") {
      const auto bytes = try_decode_base64(reader.string());
      if (!bytes) bad_input("{}: vocab: token_bytes is not base64", source);
      out.bytes = *bytes;
      has_bytes = true;
    } else {
      reader.skip();
    }
  }
  if (!has_bytes || out.rank == UINT32_MAX)
    bad_input("{}: an entry of vocab should have rank and token_bytes", source);
  return out;
}

}  // namespace

FileDescription describe_tekken_file(const TokenizerFile& file) {
  Json rest = Json::object();
  std::string_view tokens;
  std::string key;
  JsonReader reader(file.text, file.source);
  reader.enter_object();
  while (reader.next_key(key)) {
    const std::string_view value = reader.skip();
    if (key == "vocab") {
      tokens = value;
    } else if (key == "config" || key == "special_tokens") {
      rest[key] = parse_json(value, file.source);
    }  // images and audio are other parts of the model
  }
  reader.expect_end();
  if (tokens.empty()) bad_input("{}: vocab is missing", file.source);
  const Tekken tekken = read_config(rest, file.source);
  // Files hold more tokens than the model uses; the lowest ranks count.
  const uint32_t count = tekken.vocabulary_size - tekken.special_count;
  RankedVocabulary vocabulary(file.source);
  vocabulary.reserve(std::min(count, Vocabulary::kMaxId));
  JsonReader list(tokens, file.source + ": vocab");
  list.enter_array();
  while (list.next_element()) {
    const TekkenToken token = read_token(list, file.source);
    if (token.rank < count) vocabulary.add(token.bytes, token.rank + tekken.special_count);
  }
  const auto id_of = [&](const char* content) -> std::optional<NamedToken> {
    for (const AddedToken& token : tekken.special)
      if (token.content == content) return NamedToken{content, *token.id};
    return std::nullopt;
  };
  const TokenizerConfig& config = file.config;
  auto out = std::move(vocabulary)
                 .describe(tekken.pattern, "null",
                           enclosing_template(
                               config.add_bos_token.value_or(true) ? id_of("<s>") : std::nullopt,
                               config.add_eos_token.value_or(false) ? id_of("</s>") : std::nullopt),
                           tekken.special, config);
  out.bos = "<s>";
  out.eos = "</s>";
  out.pad = "<pad>";
  out.unk = "<unk>";
  return out;
}

}  // namespace hearth::text
