// Reads JSON from front to back without building a tree: vocabularies and merges are most of a
// tokenizer.json, which can have 20 MB. Everything else goes through base/json.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::text {

class JsonReader {
 public:
  /// `where` names the text in errors.
  JsonReader(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  /// enter_object(); while (next_key(key)) { read or skip() the value }.
  void enter_object() { enter('{', "an object"); }
  /// False at the end of the object, which is then consumed.
  bool next_key(std::string& key);
  /// enter_array(); while (next_element()) { read or skip() it }.
  void enter_array() { enter('[', "a list"); }
  bool next_element() { return next(']'); }

  /// A string; valid until the next call that reads one. Always UTF-8.
  std::string_view string();
  /// The same, but not checked to be UTF-8: for strings that are only compared.
  std::string_view raw_string();
  uint32_t unsigned_integer();
  double number();
  /// Passes over one value and gives its text. It is checked only for balanced brackets.
  std::string_view skip();
  /// The first character of the next value.
  char peek();
  /// Bytes that are still to be read.
  size_t remaining() const { return text_.size() - at_; }
  size_t position() const { return at_; }
  std::string_view since(size_t position) const { return text_.substr(position, at_ - position); }
  /// Passes over `punctuation` when it comes next. It must be what stood between two values of the
  /// same list before.
  bool take(std::string_view punctuation);
  /// Throws unless only white space is left.
  void expect_end();

  [[noreturn]] void wrong(std::string_view expected) const;

 private:
  void white_space();
  void enter(char bracket, std::string_view expected);
  bool next(char closing);
  void skip_string();
  size_t plain_end(size_t at) const;
  void unescape(size_t plain_end);
  uint32_t hex4();
  int64_t read_exponent();

  std::string_view text_;
  std::string where_;
  size_t at_ = 0;
  bool first_ = false;  // the next element is the first of its list or object
  std::string unescaped_;
};

}  // namespace hearth::text
