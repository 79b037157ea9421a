// Oniguruma's syntax, as tokenizer.json files use it, in PCRE2's. The engines differ in names of
// properties, in what \w and \h mean, in classes inside classes, in {n,m}+ and in options; what is
// not listed here is refused, because a wrong split is worse than an error.
#include <cctype>

#include "base/error.h"
#include "text/characters.h"
#include "text/regex.h"
#include "text/regex_class.h"

namespace hearth::text {
namespace {

constexpr int kMaxGroupDepth = 100;

class Translation {
 public:
  Translation(std::string_view pattern, const std::string& name) : reader_{pattern, name} {}

  std::string run() {
    std::string out = alternatives();
    if (!reader_.done()) reader_.unknown("an unmatched )");
    return out;
  }

 private:
  std::string alternatives() {
    if (++depth_ > kMaxGroupDepth) reader_.unknown("too many nested groups");
    std::string out;
    while (!reader_.done() && !reader_.starts_with(")")) {
      if (reader_.take("|")) {
        out += "|";
      } else {
        out += repeated(atom());
      }
    }
    --depth_;
    return out;
  }

  std::string atom() {
    if (reader_.take("(")) return group();
    if (reader_.take("[")) return read_class(reader_);
    if (reader_.take("\\")) return escape();
    if (reader_.starts_with("*") || reader_.starts_with("+") || reader_.starts_with("?"))
      reader_.unknown("a repetition of nothing");
    const std::string_view c = reader_.character();
    if (c == "." || c == "^" || c == "$") return std::string(c);
    return escape_literal(c);
  }

  std::string escape() {
    static constexpr std::string_view kSame[] = {"A", "z", "Z", "R"};
    for (const std::string_view letter : kSame)
      if (reader_.take(letter)) return "\\" + std::string(letter);
    if (reader_.starts_with("b") || reader_.starts_with("B")) return word_boundary();
    if (reader_.take("w")) return class_of(word_items(), false);
    if (reader_.take("W")) return class_of(word_items(), true);
    const RegexEscape escape = read_escape(reader_);
    if (!escape.literal.empty()) return escape_literal(escape.literal);
    return class_of(escape.items, escape.negated);
  }

  // \b by Oniguruma's \w, which PCRE2's own \b does not know.
  std::string word_boundary() {
    const bool at_boundary = reader_.take("b");
    if (!at_boundary) reader_.take("B");
    const std::string w = class_of(word_items(), false);
    return at_boundary ? "(?:(?<=" + w + ")(?!" + w + ")|(?<!" + w + ")(?=" + w + "))"
                       : "(?:(?<=" + w + ")(?=" + w + ")|(?<!" + w + ")(?!" + w + "))";
  }

  std::string group() {
    static constexpr std::string_view kSame[] = {"?:", "?=", "?!", "?<=", "?<!", "?>"};
    for (const std::string_view opening : kSame)
      if (reader_.take(opening)) return close("(" + std::string(opening));
    if (reader_.take("?#")) return comment();
    if (reader_.take("?<")) return named_group();
    if (reader_.take("?")) return options();
    return close("(");
  }

  std::string close(const std::string& opening) {
    std::string out = opening + alternatives();
    if (!reader_.take(")")) reader_.unknown("a group without )");
    return out + ")";
  }

  std::string comment() {
    while (!reader_.take(")")) reader_.character();
    return "(?:)";
  }

  // The name does not matter: nothing can refer to it.
  std::string named_group() {
    while (!reader_.take(">")) {
      const std::string_view c = reader_.character();
      if (c != "_" && std::isalnum(static_cast<unsigned char>(c[0])) == 0)
        reader_.unknown("a group name with other than letters, digits and _");
    }
    return close("(");
  }

  // (?i:...) and the like. Without a colon the options reach to the end of the group, over every
  // alternative: a(?i)b|c is a(?i:b|c) to Oniguruma.
  std::string options() {
    std::string letters;
    while (!reader_.starts_with(":") && !reader_.starts_with(")")) {
      const std::string_view c = reader_.character();
      if (c == "m") {
        letters += "s";  // the dot matches newlines
      } else if (c == "i" || c == "-") {
        letters += c;
      } else {
        reader_.unknown("the option " + std::string(c));
      }
    }
    if (reader_.take(":")) return close("(?" + letters + ":");
    reader_.take(")");
    return "(?" + letters + ":" + alternatives() + ")";
  }

  std::string repeated(std::string what) {
    for (std::string times = repetition(); !times.empty();) {
      what += times;
      times = repetition();
      if (!times.empty()) what = "(?:" + what + ")";
    }
    return what;
  }

  // One quantifier, or nothing. {n,m}+ is {n,m} and then +, not possessive; {n}? is not lazy.
  std::string repetition() {
    const bool simple = reader_.take("*") || reader_.take("+") || reader_.take("?");
    std::string times = simple ? std::string(1, reader_.pattern[reader_.at - 1]) : interval();
    if (!times.empty() && (simple || times.find(',') != std::string::npos) && reader_.take("?"))
      return times + "?";
    if (simple && reader_.take("+")) return times + "+";
    return times;
  }

  // "{n}", "{n,}", "{n,m}" or "{,m}"; nothing when the brace means itself.
  std::string interval() {
    const size_t begin = reader_.at;
    if (!reader_.take("{")) return "";
    std::string low = digits();
    const bool comma = reader_.take(",");
    const std::string high = comma ? digits() : "";
    if (!reader_.take("}") || (low.empty() && high.empty())) {
      reader_.at = begin;
      return "";
    }
    if (low.empty()) low = "0";
    return "{" + low + (comma ? "," + high : "") + "}";
  }

  std::string digits() {
    std::string out;
    while (!reader_.done() && std::isdigit(static_cast<unsigned char>(reader_.pattern[reader_.at])))
      out += reader_.pattern[reader_.at++];
    return out;
  }

  RegexReader reader_;
  int depth_ = 0;
};

}  // namespace

std::string translate_regex(std::string_view pattern, const std::string& name) {
  // DeepSeek's. A search would scan a run of spaces from each of its positions; a match can only
  // begin where the run does.
  if (pattern == "\\s+$") return "(?<!\\s)\\s+$";
  return Translation(pattern, name).run();
}

}  // namespace hearth::text
