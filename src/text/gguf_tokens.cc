#include "text/gguf_tokens.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "text/sentencepiece/model_file.h"
#include "text/vocabulary.h"

namespace hearth::text {
namespace {

template <size_t N>
bool has_any(std::string_view text, const std::string_view (&parts)[N]) {
  return std::any_of(std::begin(parts), std::end(parts), [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

std::string ascii_lowercase(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// What stands here comes from llama.cpp, src/llama-vocab.cpp, "Handle per token attributes".
struct Stripping {
  std::string_view mask;     // takes the white space before it along; "" for none
  bool behind_each = false;  // the other tokens take along what is behind them
};

Stripping stripping(const GgufVocabulary& v) {
  static constexpr std::string_view kJina[] = {"jina-v2-de", "jina-v2-es", "jina-v2-code"};
  static constexpr std::string_view kMultilingualBert[] = {"nomic-bert-moe", "jina-bert-v3"};
  static constexpr std::string_view kPhi3[] = {"phi-3", "phi3"};
  static constexpr std::string_view kModernBert[] = {"modern-bert"};
  const std::string name = ascii_lowercase(v.name);
  if (has_any(v.pre, kJina) || has_any(v.architecture, kMultilingualBert)) return {"<mask>"};
  if (has_any(name, kPhi3)) return {"", true};
  if (has_any(name, kModernBert)) return {"[MASK]"};
  return {};
}

bool is_plain_in_phi3(std::string_view token) {
  return token == "<unk>" || token == "<s>" || token == "<|endoftext|>";
}

}  // namespace

void check_token_lists(const GgufVocabulary& v, bool needs_scores) {
  const size_t count = v.tokens.size();
  if (count == 0) bad_input("{}: tokenizer.ggml.tokens is empty", v.source);
  if (count > Vocabulary::kMaxId)
    bad_input("{}: has {} tokens, more than the {} that are possible", v.source, count,
              Vocabulary::kMaxId);
  if (!v.types.empty() && v.types.size() != count)
    bad_input("{}: tokenizer.ggml.token_type has {} entries for {} tokens", v.source,
              v.types.size(), count);
  if (needs_scores && v.scores.size() != count)
    bad_input("{}: tokenizer.ggml.scores has {} entries for {} tokens", v.source, v.scores.size(),
              count);
  for (size_t i = 0; i < count; ++i)
    if (!is_utf8(v.tokens[i])) bad_input("{}: token {} is not UTF-8", v.source, i);
}

std::vector<AddedToken> found_tokens(const GgufVocabulary& v) {
  const Stripping strips = stripping(v);
  std::vector<AddedToken> out;
  for (size_t id = 0; id < v.types.size(); ++id) {
    const auto type = static_cast<PieceType>(v.types[id]);
    if (type != PieceType::control && type != PieceType::user_defined && type != PieceType::unknown)
      continue;
    AddedToken token;
    token.content = v.tokens[id];
    token.lstrip = !strips.mask.empty() && token.content == strips.mask;
    token.rstrip = strips.behind_each && !is_plain_in_phi3(token.content);
    token.special = type != PieceType::user_defined;
    token.id = static_cast<uint32_t>(id);
    out.push_back(std::move(token));
  }
  return out;
}

}  // namespace hearth::text
