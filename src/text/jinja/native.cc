#include "text/jinja/native.h"

#include <algorithm>

#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"

namespace hearth::text::jinja {
namespace {

constexpr int64_t kHuge = int64_t{1} << 62;

size_t parameter_count(const Native& native) {
  size_t count = 0;
  while (count < Native::kMaxParameters && native.parameters[count] != nullptr) ++count;
  return count;
}

const char* shown(const char* parameter) { return parameter + (parameter[0] == '/' ? 1 : 0); }

size_t index_of(const Native& native, size_t count, const std::string& name) {
  size_t i = 0;
  while (i < count && native.parameters[i] != name) ++i;
  return i;
}

}  // namespace

Invocation::Invocation(Evaluator& ev, const Native& fn, Value subject_value, Arguments& args)
    : evaluator(ev), box(ev.box), native(fn), subject(std::move(subject_value)), arguments(args) {
  bound_.fill(Value::missing());
  if (fn.required == Native::kVariadic) return;
  const size_t count = parameter_count(fn);
  if (args.positional.size() > count)
    fail("{}() takes at most {} argument{} ({} given)", fn.name, count, count == 1 ? "" : "s",
         args.positional.size());
  std::copy(args.positional.begin(), args.positional.end(), bound_.begin());
  for (const auto& [name, value] : args.named) {
    const size_t i = index_of(fn, count, name);
    if (i == count) fail("{}() got an unexpected keyword argument '{}'", fn.name, name);
    if (given(i)) fail("{}() got multiple values for argument '{}'", fn.name, name);
    bound_[i] = value;
  }
  for (size_t i = 0; i < static_cast<size_t>(fn.required); ++i)
    if (!given(i)) fail("{}() misses the argument '{}'", fn.name, shown(fn.parameters[i]));
}

int64_t Invocation::integer(size_t i, int64_t fallback, bool none_too) const {
  if (!given(i) || (none_too && bound_[i].is_none())) return fallback;
  return to_clamped_index(bound_[i]);
}

std::string_view Invocation::text(size_t i) const {
  if (!bound_[i].is_string())
    fail("{}() argument '{}' must be str, not {}", native.name, shown(native.parameters[i]),
         jinja::type_name(bound_[i]));
  return bound_[i].text();
}

std::string_view Invocation::text(size_t i, std::string_view fallback) const {
  return given(i) ? text(i) : fallback;
}

Value Invocation::like_subject(std::string text) const {
  return make_string(box, std::move(text), subject.is_string() && subject.string().safe());
}

Value invoke(Evaluator& evaluator, const Native& native, Value subject, Arguments& arguments) {
  Invocation invocation(evaluator, native, std::move(subject), arguments);
  return native.run(invocation);
}

std::string NativeFunction::print(Evaluator&) {
  if (subject_.is_missing()) return fmt::format("<built-in function {}>", native_.name);
  return fmt::format("<built-in method {} of {} object>", native_.name, jinja::type_name(subject_));
}

Value NativeFunction::call(Evaluator& evaluator, Arguments& arguments) {
  return invoke(evaluator, native_, subject_, arguments);
}

int64_t to_index(const Value& value) {
  if (!value.is_integral())
    fail("'{}' object cannot be interpreted as an integer", type_name(value));
  const Wide number = value.wide();
  if (number > INT64_MAX || number < INT64_MIN) fail("the number is too large to be an index");
  return static_cast<int64_t>(number);
}

int64_t to_clamped_index(const Value& value) {
  if (!value.is_integral())
    fail("'{}' object cannot be interpreted as an integer", type_name(value));
  return static_cast<int64_t>(std::clamp<Wide>(value.wide(), -kHuge, kHuge));
}

}  // namespace hearth::text::jinja
