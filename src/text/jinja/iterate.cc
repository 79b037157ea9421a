#include "text/jinja/iterate.h"

#include "base/utf8.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {

Iteration::Iteration(Evaluator& evaluator, Value source)
    : evaluator_(&evaluator), source_(std::move(source)) {
  if (!is_iterable(source_)) fail("'{}' object is not iterable", type_name(source_));
}

bool Iteration::next_character(Value& item) {
  const std::string_view text = source_.text();
  if (at_ >= text.size()) return false;
  const size_t bytes = decode_utf8(text, at_).bytes;
  item = make_string(evaluator_->box, std::string(text.substr(at_, bytes)));
  at_ += bytes;
  return true;
}

bool Iteration::next(Value& item) {
  evaluator_->box.step();
  if (source_.is(Kind::iterator)) {
    const Nesting nesting(evaluator_->box);  // iterators read iterators
    return source_.iterator().next(*evaluator_, item);
  }
  if (source_.is_string()) return next_character(item);
  if (at_ >= *length_of(source_)) return false;
  const size_t i = at_++;
  if (source_.is(Kind::dict)) {
    item = source_.dict().items()[i].first;
  } else if (source_.is(Kind::view)) {
    item = source_.view().at(i);
  } else {
    item = item_at(evaluator_->box, source_, i);
  }
  return true;
}

bool is_iterable(const Value& value) {
  return value.is(Kind::iterator) || length_of(value).has_value();
}

std::optional<size_t> length_of(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      return 0;
    case Kind::string:
      return value.string().length();
    case Kind::list:
    case Kind::tuple:
      return value.sequence().size();
    case Kind::dict:
      return value.dict().size();
    case Kind::view:
      return value.view().dict().size();
    case Kind::range:
      return value.range().size;
    default:
      return std::nullopt;
  }
}

Ref<Sequence> to_list(Evaluator& evaluator, const Value& value) {
  Iteration iteration(evaluator, value);
  auto list = make<Sequence>(evaluator.box);
  if (const auto length = length_of(value)) list->reserve(*length);
  for (Value item; iteration.next(item);) list->push(std::move(item));
  return list;
}

Value item_at(Sandbox& box, const Value& sequence, size_t i) {
  if (sequence.is_sequence()) return sequence.sequence()[i];
  if (sequence.is(Kind::range)) return Value::integer(sequence.range().at(i));
  const String& string = sequence.string();
  const std::string_view text = string.text();
  if (!string.ascii()) box.step_bytes(text.size());
  const size_t at = string.ascii() ? i : byte_offset(text, i);
  return make_string(box, std::string(text.substr(at, decode_utf8(text, at).bytes)), string.safe());
}

}  // namespace hearth::text::jinja
