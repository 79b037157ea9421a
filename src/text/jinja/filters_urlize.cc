// The filter urlize: addresses in a text become links of HTML.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

#include "base/utf8.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/iterate.h"
#include "text/jinja/markup.h"
#include "text/jinja/print.h"
#include "text/jinja/unicode.h"
#include "text/regex.h"

namespace hearth::text::jinja::filters {
namespace {

// What jinja2 takes for an address: a domain behind a scheme or www, a domain of a common kind, or
// an IP address behind a scheme; then a port and a path.
const Regex& address_pattern() {
  static const Regex pattern(
      R"(\A(?i:(?:https?://|www\.)(?:[\w%-]+\.)*(?:[a-z]{2,63}|xn--[\w%]{2,59}))"
      R"(|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil))"
      R"(|https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\])))"
      R"((?::\d{1,5})?(?:[/?#]\S*)?\z)",
      "urlize");
  return pattern;
}

const Regex& mail_pattern() {
  static const Regex pattern(R"(\A\S+@\w[\w.-]*\.\w+\z)", "urlize");
  return pattern;
}

const Regex& scheme_pattern() {
  static const Regex pattern(R"(\A[\w.+-]{2,}:/{0,2}\z)", "urlize");
  return pattern;
}

bool matches(const Regex& pattern, std::string_view text) {
  RegexSearch search(pattern);
  search.start(text);
  size_t begin = 0, end = 0;
  return search.next(begin, end);
}

size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++count;
  return count;
}

// How long the first, or last, of `parts` is that `text` begins, or ends, with.
template <size_t N>
size_t part_at(std::string_view text, bool front, const std::array<std::string_view, N>& parts) {
  for (const std::string_view part : parts)
    if (front ? text.starts_with(part) : text.ends_with(part)) return part.size();
  return 0;
}

struct Word {
  std::string_view head, middle, tail;  // punctuation stands around the middle
};

Word parts_of(std::string_view word) {
  static constexpr std::array<std::string_view, 3> kOpening = {"(", "<", "&lt;"};
  static constexpr std::array<std::string_view, 5> kClosing = {")", ">", ".", ",", "&gt;"};
  size_t begin = 0, end = word.size();
  while (const size_t size = part_at(word.substr(begin), true, kOpening)) begin += size;
  while (const size_t size = part_at(word.substr(begin, end - begin), false, kClosing)) end -= size;
  // A bracket that is open in the middle takes its closing one back from the tail.
  static constexpr std::array<std::array<std::string_view, 2>, 3> kPairs = {
      {{"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}}};
  for (const auto& [open, close] : kPairs) {
    const std::string_view middle = word.substr(begin, end - begin);
    const size_t opened = count_of(middle, open);
    if (opened <= count_of(middle, close)) continue;
    for (size_t i = std::min(opened, count_of(word.substr(end), close)); i > 0; --i)
      end = word.find(close, end) + close.size();
  }
  return {word.substr(0, begin), word.substr(begin, end - begin), word.substr(end)};
}

class Links {
 public:
  explicit Links(Invocation& call)
      : limit_(call.given(0) && !call[0].is_none() ? std::optional(call.integer(0, 0))
                                                   : std::nullopt) {
    std::set<std::string, std::less<>> relations = {"noopener"};
    if (call.given(3) && !call[3].is_none()) {
      std::string_view rest = strip(call.text(3));
      while (!rest.empty()) {
        size_t end = 0;
        while (end < rest.size() && !is_space(decode_utf8(rest, end).code_point))
          end += decode_utf8(rest, end).bytes;
        relations.emplace(rest.substr(0, end));
        rest = strip(rest.substr(end), Side::left);
      }
    }
    if (call.flag(1, false)) relations.emplace("nofollow");
    std::string relation;
    for (const std::string& one : relations) relation += (relation.empty() ? "" : " ") + one;
    attributes_ = attribute(call, "rel", call.string(relation));
    if (call.given(2) && truth(call[2])) attributes_ += attribute(call, "target", call[2]);
    if (!call.given(4) || call[4].is_none()) return;
    Iteration schemes(call.evaluator, call[4]);
    for (Value item; schemes.next(item);) {
      if (!item.is_string() || !matches(scheme_pattern(), item.text()))
        fail("urlize: an extra scheme should be like `tel:`");
      schemes_.emplace_back(item.text());
    }
  }

  void append(std::string_view word, Text& out) const {
    const Word parts = parts_of(word);
    out += parts.head;
    append_middle(parts.middle, out);
    out += parts.tail;
  }

 private:
  static std::string attribute(Invocation& call, std::string_view name, const Value& value) {
    Text text(call.box);
    append_escaped(call.evaluator, value, text);
    return fmt::format(" {}=\"{}\"", name, text.view());
  }

  void append_middle(std::string_view middle, Text& out) const {
    constexpr std::string_view kMail = "mailto:";
    if (matches(address_pattern(), middle)) {
      const bool whole = middle.starts_with("https://") || middle.starts_with("http://");
      link(whole ? "" : "https://", middle, attributes_, shown(middle), out);
    } else if (middle.starts_with(kMail) && matches(mail_pattern(), middle.substr(kMail.size()))) {
      link("", middle, "", middle.substr(kMail.size()), out);
    } else if (middle.find('@') != std::string_view::npos && !middle.starts_with("www.") &&
               !middle.starts_with('@') && middle.find(':') == std::string_view::npos &&
               matches(mail_pattern(), middle)) {
      link(kMail, middle, "", middle, out);
    } else if (has_scheme(middle)) {
      link("", middle, attributes_, middle, out);
    } else {
      out += middle;
    }
  }

  bool has_scheme(std::string_view middle) const {
    for (const std::string& scheme : schemes_)
      if (middle != scheme && middle.starts_with(scheme)) return true;
    return false;
  }

  std::string shown(std::string_view address) const {
    const auto length = static_cast<int64_t>(count_code_points(address));
    if (!limit_ || length <= *limit_) return std::string(address);
    // A negative limit leaves so many out, as a slice does.
    const int64_t kept = std::max<int64_t>(0, *limit_ < 0 ? length + *limit_ : *limit_);
    return std::string(address.substr(0, byte_offset(address, static_cast<size_t>(kept)))) + "...";
  }

  static void link(std::string_view prefix, std::string_view address, std::string_view attributes,
                   std::string_view text, Text& out) {
    for (const std::string_view part :
         {std::string_view("<a href=\""), prefix, address, std::string_view("\""), attributes,
          std::string_view(">"), text, std::string_view("</a>")})
      out += part;
  }

  std::optional<int64_t> limit_;
  std::string attributes_;
  std::vector<std::string> schemes_;
};

}  // namespace

Value urlize(Invocation& call) {
  const Links links(call);
  Text escaped(call.box), out(call.box);
  append_escaped(call.evaluator, call.subject, escaped);
  const std::string_view text = escaped.view();
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const bool blank = is_space(decode_utf8(text, at).code_point);
    while (at < text.size() && is_space(decode_utf8(text, at).code_point) == blank)
      at += decode_utf8(text, at).bytes;
    const std::string_view word = text.substr(begin, at - begin);
    if (blank)
      out += word;
    else
      links.append(word, out);
  }
  return out.value(call.evaluator.autoescape);
}

}  // namespace hearth::text::jinja::filters
