// Follows JSON text character by character, only as far as to know where it is: inside a string,
// how deep, at the end. Whether the text is JSON, is_json() says when it is complete.
#pragma once

#include <cstddef>
#include <string_view>

namespace hearth::text {

class JsonScanner {
 public:
  enum class Step { inside, last, wrong };
  /// The next character of an object, a list or a string; blanks in front are `inside`.
  Step put(char c);
  size_t depth() const { return depth_; }
  bool in_string() const { return in_string_; }

 private:
  size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

inline bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
std::string_view trim(std::string_view text);

/// JSON as the standard has it, in UTF-8, nested at most 512 deep.
bool is_json(std::string_view text);
/// The text of an object from `text`: an object, or a string that holds one (some models and
/// templates encode arguments twice), "{}" for null; "" when it is neither.
std::string object_text(std::string_view text);

}  // namespace hearth::text
