#include "text/answers/tool_schemas.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "text/answers/json_scanner.h"

namespace hearth::text {
namespace {

constexpr int kMaxSchemaDepth = 16;

const Json* schema_member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &*it;
}

/// The types a schema allows: from type (a name or a list), anyOf, oneOf, enum and const.
void collect_schema_types(const Json& schema, std::vector<std::string>& types, int depth = 0) {
  if (depth > kMaxSchemaDepth) return;
  if (const Json* type = schema_member(schema, "type")) {
    if (type->is_string()) types.push_back(*type);
    if (type->is_array())
      for (const Json& t : *type)
        if (t.is_string()) types.push_back(t);
  }
  for (const char* key : {"anyOf", "oneOf"})
    if (const Json* list = schema_member(schema, key); list != nullptr && list->is_array())
      for (const Json& option : *list) collect_schema_types(option, types, depth + 1);
  const Json* nullable = schema_member(schema, "nullable");
  if (nullable != nullptr && nullable->is_boolean() && nullable->get<bool>())
    types.push_back("null");
  if (const Json* values = schema_member(schema, "enum");
      types.empty() && values != nullptr && values->is_array())
    for (const Json& value : *values) types.push_back(value.type_name());
}

std::optional<Json> parsed_argument(std::string_view text) {
  try {
    return parse_json(text, "argument");
  } catch (const Exception&) {
    return std::nullopt;
  }
}

/// Python's spelling too: templates print values with `| string`.
std::optional<Json> constant_argument(std::string_view text) {
  if (text == "true" || text == "True") return true;
  if (text == "false" || text == "False") return false;
  if (text == "null" || text == "None") return nullptr;
  return std::nullopt;
}

bool has_json_type(const Json& value, const std::string& type) {
  if (type == "integer" || type == "int") return value.is_number_integer();
  if (type == "number" || type == "float") return value.is_number();
  if (type == "boolean" || type == "bool") return value.is_boolean();
  return type == value.type_name() || (type == "list" && value.is_array()) ||
         (type == "dict" && value.is_object());
}

}  // namespace

ToolSchemas::ToolSchemas(const Json& tools) {
  if (!tools.is_array()) return;
  for (const Json& tool : tools) {
    const Json* inner = schema_member(tool, "function");
    const Json& function = inner != nullptr ? *inner : tool;
    const Json* name = schema_member(function, "name");
    if (name == nullptr || !name->is_string()) continue;
    const Json* schema = schema_member(function, "parameters");
    const Json* properties = schema != nullptr ? schema_member(*schema, "properties") : nullptr;
    properties_[name->get<std::string>()] = properties != nullptr ? *properties : Json::object();
  }
}

bool ToolSchemas::allows(const std::string& function) const {
  return properties_.empty() || properties_.contains(function);
}

const Json* ToolSchemas::parameter(const std::string& function, const std::string& name) const {
  const Json* properties = schema_member(properties_, function.c_str());
  return properties != nullptr ? schema_member(*properties, name.c_str()) : nullptr;
}

Json ToolSchemas::value(const std::string& function, const std::string& name,
                        const std::string& text) const {
  const std::string_view trimmed = trim(text);
  std::vector<std::string> types;
  if (const Json* schema = parameter(function, name)) collect_schema_types(*schema, types);
  std::optional<Json> json = parsed_argument(trimmed);
  if (types.empty()) return json && !json->is_string() ? *json : Json(replace_invalid_utf8(text));
  if (!json) json = constant_argument(trimmed);
  const bool fits = json && !json->is_string() &&
                    std::any_of(types.begin(), types.end(), [&](const std::string& type) {
                      return has_json_type(*json, type);
                    });
  return fits ? *json : Json(replace_invalid_utf8(text));
}

}  // namespace hearth::text
