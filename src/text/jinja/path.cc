#include "text/jinja/path.h"

#include "text/jinja/attributes.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/find.h"
#include "text/jinja/number.h"
#include "text/jinja/string_tests.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {

Path::Path(Sandbox& box, const Value& attribute) {
  if (attribute.is_none() || attribute.is_missing()) return;
  if (!attribute.is_string()) {
    parts_.push_back(attribute);
    return;
  }
  const std::string_view text = attribute.text();
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('.', start), text.size());
    const std::string_view part = text.substr(start, end - start);
    const bool is_index = all_characters(part, [](uint32_t c) { return c >= '0' && c <= '9'; });
    parts_.push_back(is_index ? make_integer(box, *parse_integer(part, 10))
                              : make_string(box, std::string(part)));
    start = end + 1;
  }
}

Value Path::of(Evaluator& evaluator, Value item, const Value& fallback) const {
  for (const Value& part : parts_) {
    evaluator.box.step();
    item = get_item(evaluator, item, part);
    if (item.is_undefined() && !fallback.is_none()) item = fallback;
  }
  return item;
}

Value ignoring_case(Evaluator& evaluator, const Value& value) {
  if (!value.is_string()) return value;
  const Reservation reservation(evaluator.box, value.text().size() * 3);
  return make_string(evaluator.box, to_lower(value.text()));
}

}  // namespace hearth::text::jinja
