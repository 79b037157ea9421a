#include "frontends/tokenizer/shown_tokens.h"

#include <charconv>
#include <functional>

#include "frontends/tokenizer/vocabulary.h"

namespace hearth::frontends {
namespace {

std::string clean_word(std::string token) {
  constexpr std::pair<const char*, const char*> kRules[] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : kRules) token = replaced(std::move(token), from, to);
  return token;
}

// "<0x41>" is A.
std::string byte_or_spaces(const std::string& token, bool byte_fallback) {
  if (byte_fallback && token.size() == 6 && token.starts_with("<0x") && token.back() == '>') {
    uint8_t byte = 0;
    const auto [end, error] = std::from_chars(token.data() + 3, token.data() + 5, byte, 16);
    if (error == std::errc() && end == token.data() + 5) return {static_cast<char>(byte)};
  }
  return replaced(token, "▁", " ");
}

using Show = std::function<std::string(const std::string&)>;

bool shows(const ReadModel& model, const std::vector<std::string>& shown, const Show& show) {
  for (size_t id = 0; id < shown.size() && id < model.tokens.size(); ++id)
    if (!model.tokens[id].empty() && show(model.tokens[id]) != shown[id]) return false;
  return true;
}

}  // namespace

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  if (from.empty()) return text;
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string word_piece(const std::string& token, const std::string& prefix, bool cleanup) {
  std::string word = token.starts_with(prefix) ? token.substr(prefix.size()) : " " + token;
  return cleanup ? clean_word(std::move(word)) : word;
}

Shown how_shown(const ReadModel& model, const std::vector<std::string>& shown) {
  const std::string prefix = model.model.value("continuing_subword_prefix", "##");
  const std::string suffix = model.model.value("end_of_word_suffix", "");
  const bool byte_fallback = model.model.value("byte_fallback", false);
  const auto words = [&](bool cleanup) {
    return [&, cleanup](const std::string& token) { return word_piece(token, prefix, cleanup); };
  };
  const std::pair<Shown, Show> ways[] = {
      {Shown::as_stored,
       [&](const std::string& token) {
         return model.in_alphabet ? bytes_of_alphabet(token).value_or(token) : token;
       }},
      {Shown::with_spaces,
       [&](const std::string& token) { return byte_or_spaces(token, byte_fallback); }},
      {Shown::with_suffix, [&](const std::string& token) { return replaced(token, suffix, " "); }},
      {Shown::as_words, [](const std::string& token) { return " " + token; }},
      {Shown::as_word_pieces, words(false)},
      {Shown::as_clean_word_pieces, words(true)},
      // openvino_tokenizers' own, which cleans only punctuation.
      {Shown::as_clean_word_pieces, [&](const std::string& token) {
         const bool mark = std::string_view(".,!?").find(token) != std::string_view::npos;
         return mark ? token : word_piece(token, prefix, false);
       }}};
  for (const auto& [way, show] : ways)
    if (shows(model, shown, show)) return way;
  return Shown::otherwise;
}

}  // namespace hearth::frontends
