// The filter wordwrap: lines of at most `width` characters, broken as Python's textwrap breaks
// them.

#include <algorithm>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja::filters {
namespace {

using Line = std::u32string_view;

bool is_blank(char32_t c) { return c == ' ' || (c >= 0x09 && c <= 0x0D); }
bool is_word(char32_t c) { return c == '_' || is_alphanumeric(c); }
bool is_letter(char32_t c) { return is_word(c) && !is_decimal(c); }
// What an em-dash or a hyphenated word may follow.
bool is_word_or_punctuation(char32_t c) {
  return is_word(c) || Line(U"!\"'&.,?").find(c) != Line::npos;
}

// The characters of a line, asked by position; outside of it nothing holds.
class Splitter {
 public:
  explicit Splitter(Line line) : line_(line) {}

  // Where the chunk that starts at `at` ends: white space, a dash between words, a word, or a word
  // up to and with one of its hyphens.
  size_t chunk_end(size_t at, bool at_hyphens) const {
    if (holds(at, is_blank)) {
      while (holds(at, is_blank)) ++at;
      return at;
    }
    if (at_hyphens && at > 0 && holds(at - 1, is_word_or_punctuation) && dash_before_word(at))
      return at + dashes(at);
    for (++at; at < line_.size() && !is_blank(line_[at]); ++at) {
      if (!at_hyphens) continue;
      if (hyphen_in_word(at)) return at + 1;
      if (holds(at - 1, is_word_or_punctuation) && dash_before_word(at)) return at;
    }
    return at;
  }

 private:
  template <typename Test>
  bool holds(size_t at, Test test) const {
    return at < line_.size() && test(line_[at]);
  }
  bool is(size_t at, char32_t c) const { return at < line_.size() && line_[at] == c; }
  size_t dashes(size_t at) const {
    size_t count = 0;
    while (is(at + count, '-')) ++count;
    return count;
  }
  bool dash_before_word(size_t at) const {
    const size_t count = dashes(at);
    return count >= 2 && holds(at + count, is_word);
  }
  // A hyphen at `at` with two letters (or letter, hyphen, character) before it and two after.
  bool hyphen_in_word(size_t at) const {
    if (!is(at, '-')) return false;
    const bool after = holds(at + 1, is_letter) &&
                       (holds(at + 2, is_letter) || (is(at + 2, '-') && holds(at + 3, is_letter)));
    const bool letters = at >= 2 && holds(at - 2, is_letter) && holds(at - 1, is_letter);
    const bool chain = at >= 3 && holds(at - 3, is_letter) && is(at - 2, '-') &&
                       holds(at - 1, is_word_or_punctuation);
    return after && (letters || chain);
  }

  Line line_;
};

struct Options {
  size_t width;
  bool break_long_words, break_on_hyphens;
};

// Gathers chunks into lines.
class Wrapper {
 public:
  Wrapper(const Options& options, std::vector<std::u32string>& lines)
      : options_(options), lines_(lines) {}

  void run(Line line) {
    const Splitter splitter(line);
    size_t at = 0, end = 0;
    bool any_line = false;
    while (at < line.size()) {
      std::u32string current;
      size_t last = 0;  // characters of its last chunk
      while (at < line.size()) {
        end = std::max(end, at);
        if (end == at) end = splitter.chunk_end(at, options_.break_on_hyphens);
        const Line chunk = line.substr(at, end - at);
        if (current.empty() && is_blank(chunk[0]) && any_line) {
          at = end;  // white space that a line would start with
          continue;
        }
        if (current.size() + chunk.size() <= options_.width) {
          current += chunk;
          last = chunk.size();
          at = end;
          continue;
        }
        if (chunk.size() > options_.width) {
          const size_t taken = take_of_long_word(chunk, current);
          // Part of a long word is a chunk even when there was no room for any of it.
          if (taken > 0 || options_.break_long_words) last = taken;
          at += taken;
        }
        break;
      }
      trim(current, last);
      if (current.empty()) continue;
      lines_.push_back(std::move(current));
      any_line = true;
    }
  }

 private:
  // How much of a chunk that fits no line goes on this one.
  size_t take_of_long_word(Line chunk, std::u32string& current) const {
    size_t take = chunk.size();
    if (options_.break_long_words) {
      const size_t room = options_.width - current.size();
      take = room;
      if (options_.break_on_hyphens && room > 0 && chunk.size() > room) {
        const size_t hyphen = chunk.substr(0, room).rfind('-');
        if (hyphen != Line::npos && hyphen > 0 &&
            chunk.substr(0, hyphen).find_first_not_of('-') != Line::npos)
          take = hyphen + 1;
      }
    } else if (!current.empty()) {
      take = 0;
    }
    current += chunk.substr(0, take);
    return take;
  }

  // The last chunk goes when it is white space.
  static void trim(std::u32string& line, size_t last) {
    const size_t start = line.size() - last;
    if (std::all_of(line.begin() + static_cast<std::ptrdiff_t>(start), line.end(), is_space))
      line.resize(start);
  }

  const Options& options_;
  std::vector<std::u32string>& lines_;
};

void append_utf32(Line line, Text& out) {
  std::string text;
  for (const char32_t c : line) append_utf8(text, c);
  out += text;
}

}  // namespace

Value wordwrap(Invocation& call) {
  if (!call.subject.is_string()) fail("wordwrap needs a str, not {}", type_name(call.subject));
  const int64_t width = call.integer(0, 79);
  if (width <= 0) fail("invalid width {} (must be > 0)", width);
  const Options options{static_cast<size_t>(width), call.flag(1, true), call.flag(3, true)};
  const std::string_view between =
      call.given(2) && !call[2].is_none() ? call.text(2) : std::string_view("\n");
  // Every character becomes 4 bytes twice over, and a line of one character some 50.
  const Reservation reservation(call.box, call.subject.string().length() * 64);
  call.box.step(call.subject.string().length());
  Text out(call.box);
  bool first = true;
  each_line(call.subject.text(), false, [&](std::string_view text) {
    std::u32string line;
    for (size_t at = 0; at < text.size();) {
      const DecodedChar c = decode_utf8(text, at);
      line += c.code_point;
      at += c.bytes;
    }
    std::vector<std::u32string> wrapped;
    Wrapper(options, wrapped).run(line);
    if (wrapped.empty()) wrapped.emplace_back();
    for (const std::u32string& part : wrapped) {
      if (!std::exchange(first, false)) out += between;
      append_utf32(part, out);
    }
  });
  return out.value();
}

}  // namespace hearth::text::jinja::filters
