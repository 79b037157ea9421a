#include "text/jinja/from_json.h"

#include "base/utf8.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"

namespace hearth::text::jinja {
namespace {

Value text(Sandbox& box, const std::string& utf8) {
  return make_string(box, is_utf8(utf8) ? utf8 : replace_invalid_utf8(utf8));
}

Value list(Sandbox& box, const Json& json) {
  const auto made = make<Sequence>(box);
  made->reserve(json.size());
  for (const Json& item : json) made->push(from_json(box, item));
  return list_value(made);
}

Value dict(Sandbox& box, const Json& json) {
  const auto made = make<Dict>(box);
  for (const auto& [key, item] : json.items()) made->set(text(box, key), from_json(box, item));
  return dict_value(made);
}

}  // namespace

Value from_json(Sandbox& box, const Json& json) {
  const Nesting nesting(box);
  switch (json.type()) {
    case Json::value_t::boolean:
      return Value::boolean(json.get<bool>());
    case Json::value_t::number_integer:
      return Value::integer(json.get<int64_t>());
    case Json::value_t::number_unsigned:
      return make_integer(box, static_cast<Wide>(json.get<uint64_t>()));
    case Json::value_t::number_float:
      return Value::real(json.get<double>());
    case Json::value_t::string:
      return text(box, json.get_ref<const std::string&>());
    case Json::value_t::array:
      return list(box, json);
    case Json::value_t::object:
      return dict(box, json);
    case Json::value_t::binary:
      fail("the context holds binary data, which templates cannot read");
    case Json::value_t::null:
    case Json::value_t::discarded:
      return {};
  }
  return {};
}

}  // namespace hearth::text::jinja
