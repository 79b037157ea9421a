#include "text/conversation.h"

#include "base/error.h"
#include "text/jinja/unicode.h"

namespace hearth::text {
namespace {

// What transformers appends to the message that is to be continued. Templates that look at the text
// see it, so it must be the same.
constexpr std::string_view kTag = "CONTINUE_FINAL_MESSAGE_TAG ";

void check_objects(const Json& list, const char* what) {
  if (list.is_null()) return;
  if (!list.is_array())
    bad_input("{} should be a list of objects, but is {}", what, list.type_name());
  for (const Json& item : list)
    if (!item.is_object())
      bad_input("{} should be a list of objects, but one is {}", what, item.type_name());
}

// The text that is to be continued: the content, or its last part with a text.
Json& text_to_continue(Json& messages) {
  Json& last = messages.back();
  if (!last.contains("content"))
    bad_input("the final message cannot be continued: it has no content");
  Json* text = &last["content"];
  if (text->is_array()) {
    Json& parts = *text;
    text = nullptr;
    for (auto part = parts.rbegin(); part != parts.rend() && text == nullptr; ++part)
      if (part->is_object() && part->contains("text")) text = &(*part)["text"];
    if (text == nullptr) bad_input("the final message cannot be continued: no part of it is text");
  }
  if (!text->is_string())
    bad_input("the final message cannot be continued: its text is {}", text->type_name());
  return *text;
}

std::string cut_at_tag(std::string text, std::string_view final_text) {
  const std::string_view tag = kTag.substr(0, kTag.size() - 1);
  const size_t at = text.rfind(tag);
  if (at == std::string::npos || text.find(jinja::strip(final_text)) == std::string::npos)
    bad_input(
        "the final message cannot be continued: its text does not appear in what the chat template "
        "makes of it; the template may cut parts of it away");
  const bool spacing_kept = std::string_view(text).substr(at, kTag.size()) == kTag;
  text.resize(at);
  // The message was trimmed behind the tag, so what is in front of it may have been spacing too.
  if (!spacing_kept) text.resize(jinja::strip(text, jinja::Side::right).size());
  return text;
}

}  // namespace

std::string render_conversation(const ChatTemplate& chat_template, Conversation conversation) {
  check_objects(conversation.messages, "messages");
  check_objects(conversation.tools, "tools");
  check_objects(conversation.documents, "documents");
  if (conversation.messages.empty()) bad_input("the conversation has no message");
  if (conversation.continue_final_message && conversation.add_generation_prompt)
    bad_input(
        "continue_final_message and add_generation_prompt exclude each other: the one goes on with "
        "the last message, the other begins a new one");
  std::string final_text;
  if (conversation.continue_final_message) {
    auto& text = text_to_continue(conversation.messages).get_ref<std::string&>();
    final_text = text;
    text += kTag;
  }
  Json context = Json::object();
  context["messages"] = std::move(conversation.messages);
  context["tools"] = std::move(conversation.tools);
  context["documents"] = std::move(conversation.documents);
  context["add_generation_prompt"] = conversation.add_generation_prompt;
  for (auto& [key, value] : conversation.variables.items()) context[key] = std::move(value);
  std::string text = chat_template.render(context);
  return conversation.continue_final_message ? cut_at_tag(std::move(text), final_text) : text;
}

}  // namespace hearth::text
