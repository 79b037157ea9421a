// The filter pprint: Python's pprint.pformat with its defaults (80 columns, keys sorted).

#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/compare.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/print.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja::filters {
namespace {

constexpr size_t kWidth = 80;

class PrettyPrinter {
 public:
  explicit PrettyPrinter(Evaluator& evaluator, Text& out) : evaluator_(evaluator), out_(out) {}

  // `indent` columns are taken on the line already, `allowance` must stay free at its end.
  void print(const Value& value, size_t indent, size_t allowance, bool outermost) {
    const Nesting nesting(evaluator_.box);
    const std::string flat = representation(value);
    if (columns(flat) + indent + allowance <= kWidth) {
      out_ += flat;
    } else if (value.is(Kind::dict) && value.dict().size() != 0) {
      dict(value.dict(), indent, allowance);
    } else if (value.is_sequence() && value.sequence().size() != 0) {
      sequence(value, indent, allowance);
    } else if (value.is_string() && !value.string().safe() && !value.text().empty()) {
      text(value.text(), indent, allowance, outermost);
    } else {
      out_ += flat;
    }
  }

 private:
  using Items = std::vector<const Dict::Item*>;

  static size_t columns(std::string_view text) { return count_code_points(text); }

  std::string quoted(std::string_view text) {
    Text out(evaluator_.box);
    print_quoted(text, out);
    return out.take();
  }

  // Keys of types that do not compare are ordered by the names of their types.
  Items sorted(const Dict& dict) {
    Items items;
    for (const Dict::Item& item : dict.items()) items.push_back(&item);
    const auto group = [](const Value& key) {
      return key.is_number() ? std::string("int") : type_name(key);
    };
    std::stable_sort(items.begin(), items.end(), [&](const auto* a, const auto* b) {
      const std::string left = group(a->first), right = group(b->first);
      if (left != right) return left < right;
      if (!a->first.is_number() && !a->first.is_string()) return false;
      return ordered(evaluator_.box, Order::less, a->first, b->first);
    });
    return items;
  }

  // repr() on one line, with sorted keys.
  std::string representation(const Value& value) {
    Text out(evaluator_.box);
    represent(value, out);
    return out.take();
  }

  void represent(const Value& value, Text& out) {
    const Nesting nesting(evaluator_.box);
    const char* comma = "";
    if (value.is(Kind::dict)) {
      out += '{';
      for (const Dict::Item* item : sorted(value.dict())) {
        out += std::exchange(comma, ", ");
        represent(item->first, out);
        out += ": ";
        represent(item->second, out);
      }
      out += '}';
    } else if (value.is_sequence()) {
      const bool tuple = value.is(Kind::tuple);
      out += tuple ? '(' : '[';
      for (const Value& item : value.sequence().items()) {
        out += std::exchange(comma, ", ");
        represent(item, out);
      }
      if (tuple && value.sequence().size() == 1) out += ',';
      out += tuple ? ')' : ']';
    } else {
      print_repr(evaluator_, value, out);
    }
  }

  void new_line(size_t indent) {
    out_ += '\n';
    out_.repeat(" ", indent);
  }

  void dict(const Dict& dict, size_t indent, size_t allowance) {
    out_ += '{';
    const Items items = sorted(dict);
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) {
        out_ += ',';
        new_line(indent + 1);
      }
      const std::string key = representation(items[i]->first);
      out_ += key;
      out_ += ": ";
      print(items[i]->second, indent + 1 + columns(key) + 2,
            i + 1 == items.size() ? allowance + 1 : 1, false);
    }
    out_ += '}';
  }

  void sequence(const Value& value, size_t indent, size_t allowance) {
    const std::vector<Value>& items = value.sequence().items();
    const bool tuple = value.is(Kind::tuple);
    const std::string_view close = !tuple ? "]" : items.size() == 1 ? ",)" : ")";
    out_ += tuple ? '(' : '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) {
        out_ += ',';
        new_line(indent + 1);
      }
      print(items[i], indent + 1, i + 1 == items.size() ? allowance + close.size() : 1, false);
    }
    out_ += close;
  }

  // A word with the white space behind it; only white space where the line starts with some.
  static size_t piece_size(std::string_view line) {
    size_t at = 0;
    for (const bool space : {false, true}) {
      while (at < line.size() && is_space(decode_utf8(line, at).code_point) == space)
        at += decode_utf8(line, at).bytes;
    }
    return at;
  }

  // The longest runs of pieces that fit.
  void pieces(std::string_view line, size_t width, size_t last_width,
              std::vector<std::string>& chunks) {
    std::string current;
    while (!line.empty()) {
      const std::string part(line.substr(0, piece_size(line)));
      line.remove_prefix(part.size());
      const std::string candidate = current + part;
      if (columns(quoted(candidate)) <= (line.empty() ? last_width : width)) {
        current = candidate;
        continue;
      }
      if (!current.empty()) chunks.push_back(quoted(current));
      current = part;
    }
    if (!current.empty()) chunks.push_back(quoted(current));
  }

  void text(std::string_view text, size_t indent, size_t allowance, bool outermost) {
    if (outermost) {
      ++indent;
      ++allowance;
    }
    const size_t width = kWidth > indent ? kWidth - indent : 0;
    const size_t last_width = width > allowance ? width - allowance : 0;
    std::vector<std::string> chunks;
    size_t seen = 0;
    each_line(text, true, [&](std::string_view line) {
      seen += line.size();
      const size_t room = seen == text.size() ? last_width : width;
      const std::string whole = quoted(line);
      if (columns(whole) <= room) {
        chunks.push_back(whole);
      } else {
        pieces(line, width, room, chunks);
      }
    });
    const bool parentheses = outermost && chunks.size() > 1;
    if (parentheses) out_ += '(';
    for (size_t i = 0; i < chunks.size(); ++i) {
      if (i > 0) new_line(indent);
      out_ += chunks[i];
    }
    if (parentheses) out_ += ')';
  }

  Evaluator& evaluator_;
  Text& out_;
};

}  // namespace

Value pprint(Invocation& call) {
  Text out(call.box);
  PrettyPrinter(call.evaluator, out).print(call.subject, 0, 0, true);
  return out.value();
}

}  // namespace hearth::text::jinja::filters
