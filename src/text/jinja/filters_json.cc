// The filter tojson, as transformers defines it: json.dumps without HTML escapes and with
// ensure_ascii off.

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "text/jinja/compare.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/iterate.h"
#include "text/jinja/number.h"

namespace hearth::text::jinja::filters {
namespace {

class JsonPrinter {
 public:
  JsonPrinter(Invocation& call, Text& out) : evaluator_(call.evaluator), out_(out) {
    ascii_ = call.flag(0, false);
    if (call.given(2) && !call[2].is_none()) separators(call);
    if (call.subject.is_string()) return;  // json.dumps looks at the rest for other values only
    sort_keys_ = call.flag(3, false);
    indented_ = call.given(1) && !call[1].is_none();
    if (indented_ && call[1].is_string()) {
      indent_ = call[1].text();
    } else if (indented_) {
      const int64_t blanks = std::max<int64_t>(0, call.integer(1, 0));
      call.box.charge(static_cast<size_t>(blanks));
      indent_.assign(static_cast<size_t>(blanks), ' ');
      call.box.release(static_cast<size_t>(blanks));
    }
    if (indented_ && (!call.given(2) || call[2].is_none())) comma_ = ",";
  }

  void print(const Value& value) {
    switch (value.kind()) {
      case Kind::none:
        out_ += "null";
        return;
      case Kind::boolean:
        out_ += value.as_boolean() ? "true" : "false";
        return;
      case Kind::integer:
      case Kind::wide:
        out_ += integer_repr(value.wide());
        return;
      case Kind::real:
        out_ += real(value.as_real());
        return;
      case Kind::string:
        return quoted(value.text());
      case Kind::list:
      case Kind::tuple:
        return sequence(value.sequence());
      case Kind::dict:
        return dict(value.dict());
      default:
        fail("Object of type {} is not JSON serializable", type_name(value));
    }
  }

 private:
  void separators(Invocation& call) {
    const Ref<Sequence> pair = to_list(evaluator_, call[2]);
    if (pair->size() != 2) fail("separators must be two strings");
    if (call.subject.is_string()) return;  // which needs none
    if (!(*pair)[0].is_string() || !(*pair)[1].is_string()) fail("separators must be two strings");
    comma_ = (*pair)[0].text();
    colon_ = (*pair)[1].text();
  }

  static std::string real(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    return float_repr(number);
  }

  void new_line() {
    if (!indented_) return;
    out_ += '\n';
    out_.repeat(indent_, depth_);
  }

  static std::string_view short_escape(uint32_t c) {
    switch (c) {
      case '"':
        return "\\\"";
      case '\\':
        return "\\\\";
      case '\b':
        return "\\b";
      case '\f':
        return "\\f";
      case '\n':
        return "\\n";
      case '\r':
        return "\\r";
      case '\t':
        return "\\t";
      default:
        return {};
    }
  }

  void escape(uint32_t c) {
    if (const std::string_view brief = short_escape(c); !brief.empty()) {
      out_ += brief;
    } else if (c < 0x10000) {
      out_ += fmt::format("\\u{:04x}", c);
    } else {
      out_ += fmt::format("\\u{:04x}\\u{:04x}", 0xD7C0 + (c >> 10), 0xDC00 + (c & 0x3FF));
    }
  }

  void quoted(std::string_view text) {
    out_ += '"';
    size_t plain = 0;
    for (size_t at = 0; at < text.size();) {
      const DecodedChar c = decode_utf8(text, at);
      if (c.code_point < 0x20 || c.code_point == '"' || c.code_point == '\\' ||
          (ascii_ && c.code_point >= 0x7F)) {
        out_ += text.substr(plain, at - plain);
        escape(c.code_point);
        plain = at + c.bytes;
      }
      at += c.bytes;
    }
    out_ += text.substr(plain);
    out_ += '"';
  }

  void sequence(const Sequence& items) {
    if (items.size() == 0) {
      out_ += "[]";
      return;
    }
    const Nesting nesting(evaluator_.box);
    out_ += '[';
    ++depth_;
    bool first = true;
    for (const Value& item : items.items()) {
      if (!std::exchange(first, false)) out_ += comma_;
      new_line();
      print(item);
    }
    --depth_;
    new_line();
    out_ += ']';
  }

  std::string key_text(const Value& key) const {
    switch (key.kind()) {
      case Kind::string:
        return std::string(key.text());
      case Kind::none:
        return "null";
      case Kind::boolean:
        return key.as_boolean() ? "true" : "false";
      case Kind::integer:
      case Kind::wide:
        return integer_repr(key.wide());
      case Kind::real:
        return real(key.as_real());
      default:
        fail("keys must be str, int, float, bool or None, not {}", type_name(key));
    }
  }

  void dict(const Dict& dict) {
    if (dict.size() == 0) {
      out_ += "{}";
      return;
    }
    const Nesting nesting(evaluator_.box);
    std::vector<const Dict::Item*> items;
    for (const Dict::Item& item : dict.items()) items.push_back(&item);
    if (sort_keys_) {
      std::stable_sort(items.begin(), items.end(), [&](const auto* a, const auto* b) {
        return ordered(evaluator_.box, Order::less, a->first, b->first);
      });
    }
    out_ += '{';
    ++depth_;
    bool first = true;
    for (const Dict::Item* item : items) {
      if (!std::exchange(first, false)) out_ += comma_;
      new_line();
      quoted(key_text(item->first));
      out_ += colon_;
      print(item->second);
    }
    --depth_;
    new_line();
    out_ += '}';
  }

  Evaluator& evaluator_;
  Text& out_;
  bool ascii_, sort_keys_ = false, indented_ = false;
  std::string indent_;
  std::string comma_ = ", ", colon_ = ": ";
  size_t depth_ = 0;
};

}  // namespace

Value tojson(Invocation& call) {
  Text out(call.box);
  JsonPrinter printer(call, out);
  printer.print(call.subject);
  return out.value();
}

}  // namespace hearth::text::jinja::filters
