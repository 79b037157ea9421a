#include "hearth/genai/json_container.hpp"

#include "base/error.h"
#include "genai/json_value.h"
#include "hearth/genai/chat_history.hpp"

namespace hearth::genai {
namespace {

Json json_of(const Any& any) {
  if (any.empty()) return nullptr;
  if (const auto* container = any.get_if<JsonContainer>()) return to_json(*container);
  if (const auto* flag = any.get_if<bool>()) return *flag;
  if (const auto* text = any.get_if<std::string>()) return *text;
  if (any.is<float>() || any.is<double>()) return *any.to_double();
  if (const auto number = any.to_int()) return *number;
  if (const auto* map = any.get_if<AnyMap>()) return to_json(JsonContainer(*map));
  if (const auto* list = any.get_if<std::vector<std::string>>()) return *list;
  bad_input("a value of this type cannot be part of JSON");
}

}  // namespace

JsonContainer to_container(Json value) {
  JsonContainer out;
  out.impl().value = std::move(value);
  return out;
}

JsonContainer::JsonContainer() : impl_(std::make_unique<Impl>()) {}
JsonContainer::JsonContainer(bool value) : JsonContainer() { impl_->value = value; }
JsonContainer::JsonContainer(int value) : JsonContainer() { impl_->value = value; }
JsonContainer::JsonContainer(int64_t value) : JsonContainer() { impl_->value = value; }
JsonContainer::JsonContainer(double value) : JsonContainer() { impl_->value = value; }
JsonContainer::JsonContainer(const std::string& value) : JsonContainer() { impl_->value = value; }
JsonContainer::JsonContainer(const char* value) : JsonContainer(std::string(value)) {}
JsonContainer::JsonContainer(std::nullptr_t) : JsonContainer() { impl_->value = nullptr; }
JsonContainer::JsonContainer(std::initializer_list<std::pair<std::string, Any>> members)
    : JsonContainer() {
  for (const auto& [key, value] : members) impl_->value[key] = json_of(value);
}
JsonContainer::JsonContainer(const AnyMap& members) : JsonContainer() {
  for (const auto& [key, value] : members) impl_->value[key] = json_of(value);
}
JsonContainer::JsonContainer(const JsonContainer& other)
    : impl_(std::make_unique<Impl>(*other.impl_)) {}
JsonContainer::JsonContainer(JsonContainer&& other) noexcept = default;
JsonContainer& JsonContainer::operator=(const JsonContainer& other) {
  if (this != &other) impl_ = std::make_unique<Impl>(*other.impl_);
  return *this;
}
JsonContainer& JsonContainer::operator=(JsonContainer&& other) noexcept = default;
JsonContainer::~JsonContainer() = default;

JsonContainer JsonContainer::object() { return {}; }
JsonContainer JsonContainer::array() { return to_container(Json::array()); }

JsonContainer JsonContainer::from_json_string(const std::string& text) {
  return to_container(parse_json(text, "JSON text"));
}

std::string JsonContainer::to_json_string(int indent) const {
  return impl_->value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

bool JsonContainer::is_null() const { return impl_->value.is_null(); }
bool JsonContainer::is_boolean() const { return impl_->value.is_boolean(); }
bool JsonContainer::is_number() const { return impl_->value.is_number(); }
bool JsonContainer::is_string() const { return impl_->value.is_string(); }
bool JsonContainer::is_array() const { return impl_->value.is_array(); }
bool JsonContainer::is_object() const { return impl_->value.is_object(); }

std::optional<bool> JsonContainer::as_bool() const {
  return is_boolean() ? std::optional(impl_->value.get<bool>()) : std::nullopt;
}
std::optional<int64_t> JsonContainer::as_int() const {
  return impl_->value.is_number_integer() ? std::optional(impl_->value.get<int64_t>())
                                          : std::nullopt;
}
std::optional<double> JsonContainer::as_double() const {
  return is_number() ? std::optional(impl_->value.get<double>()) : std::nullopt;
}
std::optional<std::string> JsonContainer::as_string() const {
  return is_string() ? std::optional(impl_->value.get<std::string>()) : std::nullopt;
}

bool JsonContainer::contains(const std::string& key) const {
  return is_object() && impl_->value.contains(key);
}
size_t JsonContainer::size() const { return is_null() ? 0 : impl_->value.size(); }

JsonContainer JsonContainer::operator[](const std::string& key) const {
  return to_container(contains(key) ? impl_->value[key] : Json(nullptr));
}
JsonContainer JsonContainer::operator[](size_t index) const {
  return to_container(is_array() && index < size() ? impl_->value[index] : Json(nullptr));
}
void JsonContainer::set(const std::string& key, const JsonContainer& value) {
  if (!is_object()) bad_input("member `{}` cannot be set: the value is no object", key);
  impl_->value[key] = to_json(value);
}
JsonContainer& JsonContainer::push_back(const JsonContainer& value) {
  if (!is_array()) bad_input("an element cannot be added: the value is no array");
  impl_->value.push_back(to_json(value));
  return *this;
}
void JsonContainer::erase(size_t index) {
  if (!is_array() || index >= size()) bad_input("there is no element {} to remove", index);
  impl_->value.erase(index);
}
void JsonContainer::clear() { impl_->value.clear(); }
bool JsonContainer::operator==(const JsonContainer& other) const {
  return impl_->value == other.impl_->value;
}

namespace {

void check_message(const Json& message) {
  if (!message.is_object() || !message.contains("role"))
    bad_input("a message of a chat history is an object with a role and a content");
}

}  // namespace

ChatHistory::ChatHistory(const JsonContainer& messages) : messages_(messages) {
  if (!messages.is_array()) bad_input("a chat history is a list of messages");
  for (const Json& message : to_json(messages)) check_message(message);
}
ChatHistory::ChatHistory(const std::vector<AnyMap>& messages) {
  for (const AnyMap& message : messages) push_back(message);
}
ChatHistory::ChatHistory(
    std::initializer_list<std::initializer_list<std::pair<std::string, Any>>> messages) {
  for (const auto& message : messages) push_back(message);
}
ChatHistory& ChatHistory::push_back(const JsonContainer& message) {
  check_message(to_json(message));
  messages_.push_back(message);
  return *this;
}
ChatHistory& ChatHistory::push_back(std::initializer_list<std::pair<std::string, Any>> message) {
  return push_back(JsonContainer(message));
}
void ChatHistory::pop_back() {
  if (empty()) bad_input("there is no message to remove");
  messages_.erase(size() - 1);
}
void ChatHistory::clear() { *this = ChatHistory(); }
ChatHistory& ChatHistory::set_tools(const JsonContainer& tools) {
  if (!tools.is_array()) bad_input("the tools of a chat history are a list");
  tools_ = tools;
  return *this;
}
ChatHistory& ChatHistory::set_extra_context(const JsonContainer& context) {
  if (!context.is_object()) bad_input("the extra context of a chat history is an object");
  extra_context_ = context;
  return *this;
}

}  // namespace hearth::genai
