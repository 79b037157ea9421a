// A conversation: messages, and what else its template may want.
#pragma once

#include "hearth/genai/json_container.hpp"

namespace hearth::genai {

class ChatHistory {
 public:
  ChatHistory() = default;
  /// `messages` is a JSON array of objects with a role and any other content. Throws bad_input.
  explicit ChatHistory(const JsonContainer& messages);
  explicit ChatHistory(const std::vector<AnyMap>& messages);
  ChatHistory(std::initializer_list<std::initializer_list<std::pair<std::string, Any>>> messages);

  /// Throws bad_input for what is no object with a role.
  ChatHistory& push_back(const JsonContainer& message);
  ChatHistory& push_back(const AnyMap& message) { return push_back(JsonContainer(message)); }
  ChatHistory& push_back(std::initializer_list<std::pair<std::string, Any>> message);
  void pop_back();  ///< throws bad_input when there is no message
  void clear();     ///< tools and extra context too
  size_t size() const { return messages_.size(); }
  bool empty() const { return size() == 0; }
  /// A copy; null when there is no such message.
  JsonContainer operator[](size_t index) const { return messages_[index]; }
  JsonContainer operator[](int index) const { return messages_[index]; }
  JsonContainer first() const { return messages_[size_t{0}]; }
  JsonContainer last() const { return messages_[size() - 1]; }
  const JsonContainer& get_messages() const { return messages_; }
  JsonContainer& get_messages() { return messages_; }

  /// A list of JSON schemas; an empty one means that there are no tools. Throws bad_input for what
  /// is no list.
  ChatHistory& set_tools(const JsonContainer& tools);
  const JsonContainer& get_tools() const { return tools_; }
  /// Further variables of the template, such as documents and enable_thinking, and
  /// continue_final_message: see ChatTemplate::apply. Throws bad_input for what is no object.
  ChatHistory& set_extra_context(const JsonContainer& context);
  const JsonContainer& get_extra_context() const { return extra_context_; }

 private:
  JsonContainer messages_ = JsonContainer::array();
  JsonContainer tools_ = JsonContainer::array();
  JsonContainer extra_context_ = JsonContainer::object();
};

}  // namespace hearth::genai
