#include "text/regex_class.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/utf8.h"
#include "text/characters.h"

namespace hearth::text {
namespace {

// Deep enough for any pattern a person writes; bounds the recursion.
constexpr int kMaxDepth = 50;

// \w of Oniguruma inside of a class; outside, superscripts and fractions of Latin-1 count too,
// a quirk of its tables.
constexpr std::string_view kWordItems = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
constexpr std::string_view kMoreWordItems = "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}";

struct NamedClass {
  std::string_view name;
  std::string_view items;
};

constexpr NamedClass kPosixClasses[] = {
    {"alnum", "\\p{Alphabetic}\\p{Nd}"}, {"alpha", "\\p{Alphabetic}"}, {"digit", "\\p{Nd}"},
    {"lower", "\\p{Lowercase}"},         {"punct", "\\p{P}\\p{S}"},    {"space", "\\s"},
    {"upper", "\\p{Uppercase}"},         {"word", kWordItems},         {"xdigit", "0-9A-Fa-f"},
};

// Names that both engines have but spell differently.
constexpr NamedClass kProperties[] = {
    {"alpha", "\\p{Alphabetic}"},
    {"alphabetic", "\\p{Alphabetic}"},
    {"any", "\\p{Any}"},
    {"digit", "\\p{Nd}"},
    {"emoji", "\\p{Emoji}"},
    {"letter", "\\p{L}"},
    {"lower", "\\p{Lowercase}"},
    {"lowercase", "\\p{Lowercase}"},
    {"mark", "\\p{M}"},
    {"number", "\\p{N}"},
    {"punct", "\\p{P}"},
    {"punctuation", "\\p{P}"},
    {"space", "\\s"},
    {"symbol", "\\p{S}"},
    {"upper", "\\p{Uppercase}"},
    {"uppercase", "\\p{Uppercase}"},
    {"word", kWordItems},
};

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// What \p{name} stands for. General categories (one or two letters) are the same in both engines;
// a longer name is a script, by the property Script: PCRE2 alone would take Script_Extensions.
std::string property_items(const RegexReader& reader, std::string_view name) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_';
      }))
    reader.unknown("\\p{" + std::string(name) + "}");
  const std::string lower = to_lower_ascii(name);
  for (const NamedClass& p : kProperties)
    if (p.name == lower) return std::string(p.items);
  if (name.size() <= 2) {
    std::string category = lower;
    category[0] = static_cast<char>(std::toupper(category[0]));
    return "\\p{" + category + "}";
  }
  return "\\p{sc:" + std::string(name) + "}";
}

uint32_t read_hex(RegexReader& reader, size_t min_digits, size_t max_digits) {
  uint32_t value = 0;
  size_t digits = 0;
  while (digits < max_digits && !reader.done() &&
         std::isxdigit(static_cast<unsigned char>(reader.pattern[reader.at])) != 0) {
    const int c = std::tolower(reader.pattern[reader.at++]);
    value = value * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    ++digits;
  }
  if (digits < min_digits || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
    reader.unknown("a character given by its number");
  return value;
}

RegexEscape read_property(RegexReader& reader, bool negated) {
  if (!reader.take("{")) reader.unknown("\\p without {");
  const size_t close = reader.pattern.find('}', reader.at);
  if (close == std::string_view::npos) reader.unknown("\\p{ without }");
  std::string_view property = reader.pattern.substr(reader.at, close - reader.at);
  reader.at = close + 1;
  if (property.starts_with('^')) {
    negated = !negated;
    property.remove_prefix(1);
  }
  return {"", property_items(reader, property), negated};
}

RegexEscape read_number(RegexReader& reader, char kind) {
  RegexEscape out;
  uint32_t code = 0;
  if (kind == 'x' && reader.take("{")) {
    code = read_hex(reader, 1, 8);
    if (!reader.take("}")) reader.unknown("\\x{ without }");
  } else {
    code = kind == 'x' ? read_hex(reader, 1, 2) : read_hex(reader, 4, 4);
    if (kind == 'x' && code > 0x7F) reader.unknown("\\x with a byte that is not ASCII");
  }
  append_utf8(out.literal, code);
  return out;
}

// A class while it is read: items of one PCRE2 class, and members that cannot be written inside
// one, as patterns of one character.
struct Members {
  std::string items;
  std::vector<std::string> patterns;
  bool empty() const { return items.empty() && patterns.empty(); }
};

std::string any_of(const Members& members) {
  if (members.patterns.empty()) return class_of(members.items, false);
  std::string out = "(?:";
  if (!members.items.empty()) out += class_of(members.items, false) + "|";
  for (size_t i = 0; i < members.patterns.size(); ++i)
    out += (i == 0 ? "" : "|") + members.patterns[i];
  return out + ")";
}

void add_escape(Members& members, const RegexEscape& escape) {
  if (!escape.negated) {
    members.items += escape.items;
  } else {
    members.patterns.push_back(class_of(escape.items, true));
  }
}

void add_posix(RegexReader& reader, Members& members) {
  const bool negated = reader.take("^");
  const size_t close = reader.pattern.find(":]", reader.at);
  const std::string_view word = close == std::string_view::npos
                                    ? std::string_view()
                                    : reader.pattern.substr(reader.at, close - reader.at);
  for (const NamedClass& c : kPosixClasses) {
    if (c.name != word) continue;
    reader.at = close + 2;
    add_escape(members, {"", std::string(c.items), negated});
    return;
  }
  reader.unknown("[:" + std::string(word) + ":]");
}

// One character or a range of them.
void add_range(RegexReader& reader, Members& members, const std::string& first) {
  const bool is_range = reader.starts_with("-") && !reader.starts_with("-]") &&
                        !reader.starts_with("-[") && !reader.starts_with("-&&");
  if (!is_range) {
    members.items += escape_literal(first);
    return;
  }
  reader.at += 1;
  std::string last;
  if (reader.take("\\")) {
    last = read_escape(reader).literal;
    if (last.empty()) reader.unknown("a range that ends with a class");
  } else {
    last = reader.character();
  }
  size_t zero = 0, none = 0;
  if (next_character(first, zero) > next_character(last, none)) reader.unknown("an empty range");
  members.items += escape_literal(first) + "-" + escape_literal(last);
}

void add_member(RegexReader& reader, Members& members) {
  if (reader.take("[:")) return add_posix(reader, members);
  if (reader.take("[")) {
    const std::string nested = read_class(reader);
    if (nested.starts_with("[") && !nested.starts_with("[^")) {
      members.items += nested.substr(1, nested.size() - 2);
    } else {
      members.patterns.push_back(nested);
    }
    return;
  }
  if (!reader.take("\\")) return add_range(reader, members, std::string(reader.character()));
  const RegexEscape escape = read_escape(reader);
  if (escape.literal.empty()) return add_escape(members, escape);
  add_range(reader, members, escape.literal);
}

}  // namespace

std::string_view RegexReader::character() {
  if (done()) unknown("an end in the middle of a construct");
  const std::string_view c = pattern.substr(at, utf8_length(pattern[at]));
  at += c.size();
  return c;
}

void RegexReader::unknown(std::string_view what) const {
  bad_input("{}: the regular expression \"{}\" has {} at byte {}, which is not supported", name,
            pattern, what, at);
}

std::string word_items() { return std::string(kWordItems) + std::string(kMoreWordItems); }

std::string escape_literal(std::string_view character) {
  const auto c = static_cast<unsigned char>(character[0]);
  if (c == 0) return "\\x{0}";
  const bool special = c < 0x80 && std::ispunct(c) != 0;
  return (special ? "\\" : "") + std::string(character);
}

std::string class_of(const std::string& items, bool negated) {
  if (items == "\\s") return negated ? "\\S" : "\\s";
  if (items.starts_with("\\p{") && items.find('}') == items.size() - 1)
    return (negated ? "\\P" : "\\p") + items.substr(2);
  return (negated ? "[^" : "[") + items + "]";
}

RegexEscape read_escape(RegexReader& reader) {
  const std::string_view c = reader.character();
  if (c.size() > 1 || std::ispunct(static_cast<unsigned char>(c[0])) != 0 || c == " ")
    return {std::string(c), "", false};
  struct Known {
    char letter;
    RegexEscape meaning;
  };
  static const Known kEscapes[] = {
      {'a', {"\a", "", false}},
      {'e', {"\x1B", "", false}},
      {'f', {"\f", "", false}},
      {'n', {"\n", "", false}},
      {'r', {"\r", "", false}},
      {'t', {"\t", "", false}},
      {'v', {"\v", "", false}},
      {'d', {"", "\\p{Nd}", false}},
      {'D', {"", "\\p{Nd}", true}},
      {'h', {"", "0-9A-Fa-f", false}},
      {'s', {"", "\\s", false}},
      {'H', {"", "0-9A-Fa-f", true}},
      {'S', {"", "\\s", true}},
      {'w', {"", std::string(kWordItems), false}},
      {'W', {"", std::string(kWordItems), true}},
  };
  for (const Known& known : kEscapes)
    if (known.letter == c[0]) return known.meaning;
  if (c == "p" || c == "P") return read_property(reader, c == "P");
  if (c == "x" || c == "u") return read_number(reader, c[0]);
  reader.unknown("\\" + std::string(c));
}

std::string read_class(RegexReader& reader) {
  if (++reader.depth > kMaxDepth) reader.unknown("too many nested brackets");
  const bool negated = reader.take("^");
  std::string all;  // lookaheads for the operands of && before the last one
  Members members;
  // A ']' right behind the opening is a member when another one closes the class.
  if (reader.starts_with("]") && reader.pattern.find(']', reader.at + 1) != std::string_view::npos)
    members.items += escape_literal(reader.character());
  while (!reader.take("]")) {
    if (!reader.take("&&")) {
      add_member(reader, members);
      continue;
    }
    if (members.empty()) reader.unknown("&& without a left side");
    all += "(?=" + any_of(members) + ")";
    members = Members();
  }
  --reader.depth;
  if (members.empty()) reader.unknown("an empty character class");
  if (all.empty() && members.patterns.empty()) return class_of(members.items, negated);
  if (!negated) return all.empty() ? any_of(members) : "(?:" + all + any_of(members) + ")";
  return "(?:(?!" + all + any_of(members) + ")\\p{Any})";
}

}  // namespace hearth::text
