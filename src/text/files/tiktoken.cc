// *.tiktoken: a line for each token, base64 of its bytes and its rank. How the text is cut and
// which special tokens there are is known by the file's name or the model's family, or given.
#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "base/error.h"
#include "base/utf8.h"
#include "text/files/ranked_vocabulary.h"

namespace hearth::text {
namespace {

// Special tokens by distance from the first one; "{}" in the last one repeats it up to `last`, with
// numbers from `number` on.
struct Special {
  int distance;
  const char* content;
  int last = -1, number = 0;
};
constexpr Special kR50k[] = {{0, "<|endoftext|>"}};
constexpr Special kCl100k[] = {{0, "<|endoftext|>"},
                               {1, "<|fim_prefix|>"},
                               {2, "<|fim_middle|>"},
                               {3, "<|fim_suffix|>"},
                               {19, "<|endofprompt|>"}};
constexpr Special kO200k[] = {{0, "<|endoftext|>"}, {19, "<|endofprompt|>"}};
constexpr Special kLlama3[] = {{0, "<|begin_of_text|>"},
                               {1, "<|end_of_text|>"},
                               {2, "<|reserved_special_token_{}|>", 5, 0},
                               {6, "<|start_header_id|>"},
                               {7, "<|end_header_id|>"},
                               {8, "<|reserved_special_token_4|>"},
                               {9, "<|eot_id|>"},
                               {10, "<|reserved_special_token_{}|>", 255, 5}};
constexpr Special kQwen[] = {
    {0, "<|endoftext|>"}, {1, "<|im_start|>"}, {2, "<|im_end|>"}, {3, "<|extra_{}|>", 207, 0}};

struct TiktokenFamily {
  std::string_view name, models;
  const char* pattern;
  std::span<const Special> special;
  uint32_t first_special;
  const char* normalizer;
  bool adds_bos;
};

constexpr TiktokenFamily kTiktokenFamilies[] = {
#define HEARTH_TIKTOKEN(name, models, pattern, special, first_special, normalizer, adds_bos) \
  {name, models, pattern, special, first_special, normalizer, adds_bos},
#include "text/files/tiktoken_families.inc"
};

const TiktokenFamily* find_family(const TokenizerFile& file) {
  const std::string name = file.path.filename().string();
  for (const TiktokenFamily& family : kTiktokenFamilies)
    if (name.starts_with(family.name)) return &family;
  for (const TiktokenFamily& family : kTiktokenFamilies)
    if (!file.config.model_type.empty() && file.config.model_type == family.models) return &family;
  if (!file.pattern.empty()) return nullptr;
  bad_input(
      "{}: a tiktoken file does not say how text is cut into words; neither its name nor a "
      "config.json beside it names a known family (r50k, p50k, cl100k, o200k, Llama 3, Qwen), so "
      "give the regular expression with --pattern",
      file.source);
}

std::vector<AddedToken> special_tokens(const TiktokenFamily& family) {
  std::vector<AddedToken> out;
  const auto add = [&](std::string content, int distance) {
    AddedToken token;
    token.content = std::move(content);
    token.special = true;
    token.id = family.first_special + static_cast<uint32_t>(distance);
    out.push_back(std::move(token));
  };
  for (const Special& special : family.special) {
    const std::string content = special.content;
    if (special.last < 0) add(content, special.distance);
    for (int i = special.distance; i <= special.last; ++i) {
      std::string numbered = content;
      add(numbered.replace(content.find("{}"), 2,
                           std::to_string(special.number + i - special.distance)),
          i);
    }
  }
  return out;
}

void read_ranks(std::string_view text, const std::string& source, RankedVocabulary& out) {
  constexpr size_t kUsualLine = 18;
  out.reserve(text.size() / kUsualLine);
  size_t number = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const size_t space = std::min(line.find(' '), line.size());
    uint64_t rank = 0;
    const char* last = line.data() + line.size();
    const auto [end, error] = std::from_chars(std::min(line.data() + space + 1, last), last, rank);
    const auto token = try_decode_base64(line.substr(0, space));
    if (space == 0 || !token || error != std::errc() || end != last)
      bad_input("{}: line {} should be a token in base64, a space and its rank", source, number);
    out.add(*token, rank);
  }
  if (out.tokens().size() == 0) bad_input("{}: has no tokens", source);
}

// The config's tokens take the place of the family's where they have the same id.
std::vector<AddedToken> merged(std::vector<AddedToken> family, const TokenizerConfig& config) {
  std::vector<AddedToken> out = added_tokens_of(config);
  for (AddedToken& token : family) {
    const auto same = [&](const AddedToken& t) {
      return t.id == token.id || t.content == token.content;
    };
    const auto known = std::find_if(out.begin(), out.end(), same);
    if (known == out.end()) {
      out.push_back(std::move(token));
    } else if (!known->id) {
      known->id = token.id;
    }
  }
  return out;
}

std::optional<NamedToken> wanted_token(bool wanted, const std::string& content,
                                       const std::vector<AddedToken>& tokens) {
  for (const AddedToken& token : tokens)
    if (wanted && token.content == content && token.id) return NamedToken{content, *token.id};
  return std::nullopt;
}

}  // namespace

FileDescription describe_tiktoken_file(const TokenizerFile& file) {
  if (!is_utf8(file.pattern)) bad_input("{}: the pattern for its words is not UTF-8", file.source);
  const TiktokenFamily* family = find_family(file);
  RankedVocabulary vocabulary(file.source);
  read_ranks(file.text, file.source, vocabulary);
  std::vector<AddedToken> added =
      merged(family == nullptr ? std::vector<AddedToken>() : special_tokens(*family), file.config);
  std::erase_if(added, [&](const AddedToken& token) {  // such as of a shortened vocabulary
    return token.id && vocabulary.tokens().token(*token.id).has_value();
  });
  const bool adds_bos = family != nullptr && family->adds_bos;
  const std::string bos =
      file.config.bos_token.value_or(adds_bos ? family->special[0].content : "");
  const std::string post_processor =
      enclosing_template(wanted_token(file.config.add_bos_token.value_or(adds_bos), bos, added),
                         wanted_token(file.config.add_eos_token.value_or(false),
                                      file.config.eos_token.value_or(""), added));
  auto out = std::move(vocabulary)
                 .describe(file.pattern.empty() ? family->pattern : file.pattern,
                           family == nullptr ? "null" : family->normalizer, post_processor,
                           std::move(added), file.config);
  if (family != nullptr) {
    out.eos = family->special[adds_bos ? 1 : 0].content;
    if (adds_bos) out.bos = family->special[0].content;
  }
  return out;
}

}  // namespace hearth::text
