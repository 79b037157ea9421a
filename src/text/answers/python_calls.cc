#include "text/answers/python_calls.h"

#include <charconv>

#include "base/json.h"
#include "base/utf8.h"
#include "text/answers/arguments_writer.h"
#include "text/answers/json_scanner.h"

namespace hearth::text {
namespace {

constexpr int kMaxPythonDepth = 64;
constexpr size_t kMaxPythonArguments = 256;

bool starts_python_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 128;
}

bool continues_python_name(char c, bool dotted) {
  return starts_python_name(c) || (c >= '0' && c <= '9') || (dotted && (c == '.' || c == '-'));
}

/// Recursive descent; every method gives false where the text is something else.
class PythonReader {
 public:
  explicit PythonReader(std::string_view text) : text_(text) {}

  bool calls(std::vector<Answer::Call>& out) {
    const bool list = take('[');
    do {
      if (list && !out.empty() && peek() == ']') break;
      if (!call(out.emplace_back())) return false;
    } while (list && take(','));
    return (!list || take(']')) && peek() == '\0' && at_ == text_.size();
  }

 private:
  char peek() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  bool name(std::string& out, bool dotted) {
    if (!starts_python_name(peek())) return false;
    while (at_ < text_.size() && continues_python_name(text_[at_], dotted)) out += text_[at_++];
    return true;
  }

  bool call(Answer::Call& out) {
    if (!name(out.name, true) || !take('(')) return false;
    ArgumentsWriter arguments;
    for (size_t n = 0; peek() != ')'; ++n) {
      std::string key, value;
      if (n == kMaxPythonArguments || (n > 0 && !take(','))) return false;
      if (n > 0 && peek() == ')') break;
      if (!name(key, false) || !take('=') || !literal(value, 0)) return false;
      if (!arguments.add(key, value)) return false;
    }
    out.arguments = arguments.text();
    return take(')');
  }

  bool literal(std::string& out, int depth) {
    const char c = peek();
    if (depth > kMaxPythonDepth) return false;
    if (c == '"' || c == '\'') return string(out);
    if (c == '[') return sequence(out, '[', ']', depth);
    if (c == '(') return sequence(out, '(', ')', depth);
    if (c == '{') return dict(out, depth);
    return starts_python_name(c) ? constant(out) : number(out);
  }

  bool constant(std::string& out) {
    std::string word;
    name(word, false);
    if (word == "True" || word == "true")
      out += "true";
    else if (word == "False" || word == "false")
      out += "false";
    else if (word == "None" || word == "null")
      out += "null";
    else
      return false;
    return true;
  }

  bool number(std::string& out) {
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (std::string_view("+-.eE").find(text_[at_]) != std::string_view::npos ||
            (text_[at_] >= '0' && text_[at_] <= '9')))
      ++at_;
    std::string_view token = text_.substr(begin, at_ - begin);
    if (is_json(token)) {
      out += token;
      return true;
    }
    // What Python reads and JSON does not: `.5`, `5.`, `+5`.
    if (token.starts_with('+')) token.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (token.empty() || error != std::errc() || end != token.data() + token.size()) return false;
    out += Json(value).dump();
    return true;
  }

  bool string(std::string& out) {
    std::string value;
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote)
      if (const char c = text_[at_++]; c != '\\')
        value += c;
      else if (!escape(value))
        return false;
    out += json_string(value);
    return take(quote);
  }

  bool escape(std::string& out) {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    constexpr std::string_view kFrom = "ntrbfav0\\'\"", kTo("\n\t\r\b\f\a\v\0\\'\"", 11);
    if (c == 'x') return code_point(out, 2);
    if (c == 'u') return code_point(out, 4);
    if (c == 'U') return code_point(out, 8);
    if (c == '\n') return true;
    const size_t i = kFrom.find(c);
    if (i != std::string_view::npos)
      out += kTo[i];
    else
      (out += '\\') += c;  // as Python does
    return true;
  }

  bool hex(uint32_t& value, size_t digits) {
    const std::string_view token = text_.substr(at_, digits);
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value, 16);
    at_ += token.size();
    return token.size() == digits && error == std::errc() && end == token.data() + digits;
  }

  bool code_point(std::string& out, size_t digits) {
    uint32_t value = 0, low = 0;
    if (!hex(value, digits)) return false;
    // Halves of a character as JSON writes them: models mean the character.
    if (value >= 0xD800 && value < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      if (!hex(low, 4) || low < 0xDC00 || low > 0xDFFF) return false;
      value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    append_utf8(out, surrogate || value > 0x10FFFF ? kReplacementCharacter : value);
    return true;
  }

  bool sequence(std::string& out, char open, char close, int depth) {
    take(open);
    out += '[';
    for (bool first = true; peek() != close; first = false) {
      if (!first && !take(',')) return false;
      if (!first && peek() == close) break;
      if (!first) out += ", ";
      if (!literal(out, depth + 1)) return false;
    }
    out += ']';
    return take(close);
  }

  bool dict(std::string& out, int depth) {
    take('{');
    out += '{';
    for (bool first = true; peek() != '}'; first = false) {
      if (!first && !take(',')) return false;
      if (!first && peek() == '}') break;
      if (!first) out += ", ";
      std::string key;
      if (!literal(key, depth + 1) || !take(':')) return false;
      out += key.starts_with('"') ? key : json_string(key);
      out += ": ";
      if (!literal(out, depth + 1)) return false;
    }
    out += '}';
    return take('}');
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Reading PythonCalls::put(char c, DeltaList& out) {
  text_ += c;
  if (quote_ != '\0') {
    if (escaped_)
      escaped_ = false;
    else if (c == '\\')
      escaped_ = true;
    else if (c == quote_)
      quote_ = '\0';
    return Reading::more;
  }
  if (!named_) {
    if (c == '[' && text_.size() == 1) return Reading::more;
    named_ = c == '(';
    const bool fits = named_ || is_blank(c) || continues_python_name(c, true);
    if (!fits) return Reading::bad;
  }
  if (c == '"' || c == '\'') quote_ = c;
  if (c == '(' || c == '[' || c == '{') ++depth_;
  if ((c != ')' && c != ']' && c != '}') || --depth_ > (text_.front() == '[' ? -1 : 0))
    return Reading::more;
  const std::vector<Answer::Call> calls = read_python_calls(text_);
  for (const Answer::Call& call : calls) {
    std::string_view name = call.name;
    if (name.ends_with(suffix_)) name.remove_suffix(suffix_.size());
    out.call(std::string(name), call.id);
    out.arguments(call.arguments);
  }
  return calls.empty() ? Reading::bad : Reading::done;
}

std::vector<Answer::Call> read_python_calls(std::string_view text) {
  std::vector<Answer::Call> calls;
  if (!PythonReader(trim(text)).calls(calls)) calls.clear();
  return calls;
}

}  // namespace hearth::text
