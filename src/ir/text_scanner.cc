#include "ir/text_scanner.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/error.h"

namespace hearth::ir {
namespace {

bool is_bare(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/' ||
         c == '-';
}

}  // namespace

void TextScanner::skip_blanks() {
  while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' || line_[at_] == '\r'))
    ++at_;
}

bool TextScanner::at_end() {
  skip_blanks();
  return at_ == line_.size() || line_[at_] == '#';
}

bool TextScanner::accept(std::string_view text) {
  skip_blanks();
  if (!rest().starts_with(text)) return false;
  at_ += text.size();
  return true;
}

void TextScanner::expect(std::string_view text) {
  if (!accept(text)) fail("`{}` should stand here", text);
}

bool TextScanner::next_is_quoted() {
  skip_blanks();
  return rest().starts_with('"');
}

std::string TextScanner::name() {
  if (next_is_quoted()) return quoted();
  const size_t begin = at_;
  while (at_ < line_.size() && is_bare(line_[at_])) ++at_;
  if (at_ == begin) fail("a name should stand here");
  return std::string(line_.substr(begin, at_ - begin));
}

std::string TextScanner::quoted() {
  expect("\"");
  std::string out;
  for (; at_ < line_.size() && line_[at_] != '"'; ++at_) {
    if (line_[at_] != '\\') {
      out += line_[at_];
      continue;
    }
    ++at_;
    if (!rest().starts_with('x')) {
      if (at_ < line_.size()) out += line_[at_];
      continue;
    }
    unsigned code = 0;
    const std::string_view hex = rest().substr(1, 2);
    std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
    out += static_cast<char>(code);
    at_ += hex.size();
  }
  expect("\"");
  return out;
}

std::string TextScanner::word(std::string_view stops) {
  skip_blanks();
  const size_t begin = at_;
  while (at_ < line_.size() && line_[at_] != ' ' &&
         stops.find(line_[at_]) == std::string_view::npos)
    ++at_;
  return std::string(line_.substr(begin, at_ - begin));
}

std::string TextScanner::until(char closing) {
  const size_t end = line_.find(closing, at_);
  if (end == std::string_view::npos) fail("`{}` is missing", closing);
  std::string out(line_.substr(at_, end - at_));
  at_ = end + 1;
  return out;
}

int64_t TextScanner::integer() {
  skip_blanks();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(line_.data() + at_, line_.data() + line_.size(), value);
  if (error != std::errc()) fail("an integer should stand here");
  at_ = static_cast<size_t>(end - line_.data());
  return value;
}

void TextScanner::fail_with(const std::string& what) const {
  bad_input("{}: {} (at `{}`)", where_, what,
            at_ < line_.size() ? rest().substr(0, 40) : "its end");
}

}  // namespace hearth::ir
