#include "text/jinja/lexer.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "text/jinja/error.h"
#include "text/jinja/literal.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {
namespace {

// Longest first: the first that fits is taken.
constexpr std::string_view kOperators[] = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                           "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                           ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};

// "\r\n" and "\r" become "\n", and one line end at the very end goes.
std::string normalized(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      out += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      out += source[i];
    }
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

class Lexer {
 public:
  Lexer(std::string_view source, Sandbox& constants) : text_(source), constants_(constants) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) root();
    add(TokenKind::end, "");
    return std::move(tokens_);
  }

 private:
  bool starts(std::string_view what, size_t at) const {
    return text_.substr(at, what.size()) == what;
  }
  uint32_t line_at(size_t at) {
    line_ += static_cast<uint32_t>(std::count(text_.begin() + static_cast<ptrdiff_t>(line_from_),
                                              text_.begin() + static_cast<ptrdiff_t>(at), '\n'));
    line_from_ = at;
    return line_;
  }
  void add(TokenKind kind, std::string_view text, Value number = {}) {
    tokens_.push_back({kind, line_at(at_), std::string(text), std::move(number)});
  }
  size_t skip_space(size_t at) const {
    while (at < text_.size()) {
      const DecodedChar c = decode_utf8(text_, at);
      if (!is_space(c.code_point)) break;
      at += c.bytes;
    }
    return at;
  }

  void root();
  void data_before(size_t tag, bool may_lstrip);
  size_t tag_keyword(size_t tag, std::string_view keyword) const;
  void finish_tag(size_t end) {
    line_starts_ = end > 0 && text_[end - 1] == '\n';
    at_ = end;
  }
  bool end_of_tag(std::string_view close, bool block);
  void comment(size_t tag);
  void raw(size_t content);
  void tag(TokenKind begin);
  void expression_token();
  void string_token();
  void name_token();
  void balance(std::string_view op);

  std::string_view text_;
  Sandbox& constants_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t line_from_ = 0;
  uint32_t line_ = 1;
  bool line_starts_ = true;  // nothing but the tag before stands on this line
  std::string brackets_;     // closing brackets that are due
};

// The text up to a tag: "-" strips all white space before it; a block or comment that stands alone
// at the start of its line loses its indentation unless it starts with "+".
void Lexer::data_before(size_t tag, bool may_lstrip) {
  std::string_view data = text_.substr(at_, tag - at_);
  const char sign = tag + 2 < text_.size() ? text_[tag + 2] : '\0';
  if (sign == '-') {
    data = strip(data, Side::right);
  } else if (sign != '+' && may_lstrip) {
    const size_t line_break = data.rfind('\n');
    const size_t line = line_break == std::string_view::npos ? 0 : line_break + 1;
    if ((line > 0 || line_starts_) && strip(data.substr(line)).empty()) data = data.substr(0, line);
  }
  if (!data.empty()) add(TokenKind::data, data);
}

// Past "{% keyword %}" when such a tag starts at `tag`, else 0. The closing %} and its signs are
// left to the caller.
size_t Lexer::tag_keyword(size_t tag, std::string_view keyword) const {
  size_t at = tag + 2;
  if (at < text_.size() && (text_[at] == '-' || text_[at] == '+')) ++at;
  at = skip_space(at);
  if (!starts(keyword, at)) return 0;
  return skip_space(at + keyword.size());
}

void Lexer::root() {
  size_t tag = at_;
  do {
    tag = text_.find('{', tag);
    if (tag == std::string_view::npos) {
      add(TokenKind::data, text_.substr(at_));
      at_ = text_.size();
      return;
    }
    ++tag;
  } while (tag >= text_.size() ||
           std::string_view("%{#").find(text_[tag]) == std::string_view::npos);
  --tag;
  const char kind = text_[tag + 1];
  data_before(tag, kind != '{');
  if (kind == '#') {
    comment(tag);
    return;
  }
  if (kind == '%') {
    if (const size_t end = tag_keyword(tag, "raw"); end != 0) {
      if (starts("-%}", end)) return raw(skip_space(end + 3));
      if (starts("%}", end)) return raw(end + 2);
    }
  }
  at_ = tag;
  this->tag(kind == '%' ? TokenKind::block_begin : TokenKind::variable_begin);
}

// Takes the end of a tag that stands here, with the white space that its signs strip.
bool Lexer::end_of_tag(std::string_view close, bool block) {
  if (starts("-", at_) && starts(close, at_ + 1)) {
    finish_tag(skip_space(at_ + 1 + close.size()));
  } else if (block && starts("+", at_) && starts(close, at_ + 1)) {
    finish_tag(at_ + 1 + close.size());
  } else if (starts(close, at_)) {
    const size_t end = at_ + close.size();
    finish_tag(block && starts("\n", end) ? end + 1 : end);
  } else {
    return false;
  }
  return true;
}

void Lexer::comment(size_t tag) {
  at_ = tag;
  // A sign right after "{#" belongs to the tag, so "{#-#}" is whole and "{#}" is not.
  size_t from = tag + 2;
  if (from < text_.size() && (text_[from] == '-' || text_[from] == '+')) ++from;
  if (from == text_.size()) {  // jinja2 lets a template end right here
    at_ = from;
    return;
  }
  const size_t close = text_.find("#}", from);
  if (close == std::string_view::npos)
    fail_at(line_at(tag), "the comment has no end: '#}}' is missing");
  const bool sign = close > from && (text_[close - 1] == '-' || text_[close - 1] == '+');
  at_ = sign ? close - 1 : close;
  end_of_tag("#}", true);
}

void Lexer::raw(size_t content) {
  const uint32_t line = line_at(content);
  at_ = content;
  if (content == text_.size()) return;  // as for comments
  line_starts_ = content > 0 && text_[content - 1] == '\n';
  for (size_t tag = text_.find("{%", content); tag != std::string_view::npos;
       tag = text_.find("{%", tag + 1)) {
    const size_t end = tag_keyword(tag, "endraw");
    if (end == 0 || !(starts("%}", end) || starts("-%}", end) || starts("+%}", end))) continue;
    data_before(tag, true);
    at_ = end;
    end_of_tag("%}", true);
    return;
  }
  fail_at(line, "the raw block has no end: '{{% endraw %}}' is missing");
}

void Lexer::tag(TokenKind begin) {
  const bool block = begin == TokenKind::block_begin;
  add(begin, "");
  at_ += 2;
  if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
  brackets_.clear();
  while (true) {
    const size_t before = at_;
    const uint32_t line = line_at(before);
    if (brackets_.empty() && end_of_tag(block ? "%}" : "}}", block)) {
      tokens_.push_back({block ? TokenKind::block_end : TokenKind::variable_end, line, "", {}});
      return;
    }
    at_ = skip_space(at_);
    if (at_ == before) expression_token();
    if (at_ >= text_.size()) return;
  }
}

void Lexer::expression_token() {
  if (at_ >= text_.size()) return;
  const std::string_view rest = text_.substr(at_);
  if (const size_t n = number_length(rest, at_ > 0 && text_[at_ - 1] == '.'); n != 0) {
    add(TokenKind::number, rest.substr(0, n),
        parse_number(rest.substr(0, n), line_at(at_), constants_));
    at_ += n;
    return;
  }
  if (rest[0] == '\'' || rest[0] == '"') return string_token();
  const DecodedChar first = decode_utf8(rest, 0);
  if (continues_identifier(first.code_point)) return name_token();
  for (std::string_view op : kOperators) {
    if (!starts(op, at_)) continue;
    balance(op);
    add(TokenKind::op, op);
    at_ += op.size();
    return;
  }
  fail_at(line_at(at_), "unexpected character '{}' in a tag", rest.substr(0, first.bytes));
}

void Lexer::string_token() {
  const char quote = text_[at_];
  size_t end = at_ + 1;
  while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
  if (end >= text_.size())
    fail_at(line_at(at_), "unexpected character '{}': the string has no end", quote);
  add(TokenKind::string, unescape(text_.substr(at_ + 1, end - at_ - 1), line_at(at_)));
  at_ = end + 1;
}

void Lexer::name_token() {
  size_t end = at_;
  bool valid = starts_identifier(decode_utf8(text_, at_).code_point);
  while (end < text_.size()) {
    const DecodedChar c = decode_utf8(text_, end);
    if (!continues_identifier(c.code_point)) break;
    end += c.bytes;
  }
  const std::string_view name = text_.substr(at_, end - at_);
  if (!valid) fail_at(line_at(at_), "invalid character in the identifier '{}'", name);
  add(TokenKind::name, name);
  at_ = end;
}

void Lexer::balance(std::string_view op) {
  constexpr std::string_view kOpening = "([{", kClosing = ")]}";
  if (const size_t i = kOpening.find(op); i != std::string_view::npos) {
    brackets_ += kClosing[i];
  } else if (kClosing.find(op) != std::string_view::npos) {
    if (brackets_.empty()) fail_at(line_at(at_), "unexpected '{}'", op);
    if (brackets_.back() != op[0])
      fail_at(line_at(at_), "unexpected '{}', expected '{}'", op, brackets_.back());
    brackets_.pop_back();
  }
}

}  // namespace

std::string Token::describe() const {
  switch (kind) {
    case TokenKind::data:
      return "text";
    case TokenKind::block_begin:
      return "the begin of a statement block";
    case TokenKind::block_end:
      return "the end of the statement block";
    case TokenKind::variable_begin:
      return "the begin of a print statement";
    case TokenKind::variable_end:
      return "the end of the print statement";
    case TokenKind::string:
      return fmt::format("the string '{}'", text);
    case TokenKind::end:
      return "the end of the template";
    case TokenKind::name:
    case TokenKind::number:
    case TokenKind::op:
      return fmt::format("'{}'", text);
  }
  return "";
}

std::vector<Token> tokenize(std::string_view source, Sandbox& constants) {
  const std::string text = normalized(source);
  return Lexer(text, constants).run();
}

}  // namespace hearth::text::jinja
