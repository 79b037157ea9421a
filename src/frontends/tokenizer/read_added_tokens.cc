// The pattern of SpecialTokensSplit: groups of quoted tokens, each group perhaps with white space
// to be trimmed on a side.
#include <cctype>

#include "frontends/tokenizer/graph_reader.h"

namespace hearth::frontends {
namespace {

constexpr std::string_view kTrim = R"((?:\s*))";
constexpr std::string_view kNoWordBefore = R"((?<!\w))", kNoWordBehind = R"((?!\w))";

class PatternReader {
 public:
  PatternReader(std::string_view pattern, const std::string& source)
      : rest_(pattern), source_(source) {}

  std::vector<ReadAddedToken> read() {
    do {
      read_group();
    } while (take("|"));
    if (!rest_.empty()) fail();
    return std::move(tokens_);
  }

 private:
  void read_group() {
    const bool left = take(kTrim);
    if (!take("(")) fail();
    const size_t first = tokens_.size();
    do {
      ReadAddedToken token;
      token.single_word = take(kNoWordBefore);
      token.content = literal();
      take(kNoWordBehind);
      tokens_.push_back(std::move(token));
    } while (take("|"));
    if (!take(")")) fail();
    const bool right = take(kTrim);
    for (size_t i = first; i < tokens_.size(); ++i) {
      tokens_[i].lstrip = left;
      tokens_[i].rstrip = right;
    }
  }

  std::string literal() {
    size_t at = 0;
    while (at < rest_.size() && rest_[at] != '|' && rest_[at] != ')' && rest_[at] != '(')
      at += rest_[at] == '\\' ? 2 : 1;
    const auto out = unquoted_regex(rest_.substr(0, at));
    if (!out || out->empty()) fail();
    rest_.remove_prefix(std::min(at, rest_.size()));
    return *out;
  }

  bool take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  [[noreturn]] void fail() const {
    bad_input("{}: the pattern of SpecialTokensSplit is not a list of tokens at \"{}\"", source_,
              rest_.substr(0, 40));
  }

  std::string_view rest_;
  const std::string& source_;
  std::vector<ReadAddedToken> tokens_;
};

}  // namespace

std::optional<std::string> unquoted_regex(std::string_view pattern) {
  std::string out;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      if (++at == pattern.size() || std::isalnum(static_cast<unsigned char>(pattern[at])) != 0)
        return std::nullopt;
      out += pattern[at];
    } else if (std::string_view(".^$*+?()[]{}|").find(c) != std::string_view::npos) {
      return std::nullopt;
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<ReadAddedToken> read_added_token_pattern(const std::string& pattern,
                                                     const std::string& source) {
  return PatternReader(pattern, source).read();
}

}  // namespace hearth::frontends
