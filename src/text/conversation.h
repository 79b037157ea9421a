// A conversation made into the text to send, as transformers' apply_chat_template does: what a
// template gets to see besides the messages, and how the last message is left open.
#pragma once

#include <string>

#include "base/json.h"
#include "text/chat_template.h"

namespace hearth::text {

struct Conversation {
  Json messages = Json::array();  ///< objects, with any content
  Json tools;                     ///< a list of JSON schemas, or null
  Json documents;                 ///< a list of objects, or null
  bool add_generation_prompt = false;
  /// The text ends inside the last message, for the model to go on; not with a generation prompt.
  bool continue_final_message = false;
  Json variables = Json::object();  ///< special tokens and whatever else the template may read
};

/// Throws bad_input when the conversation is not one, when the template fails (see ChatTemplate),
/// or when the last message cannot be continued.
std::string render_conversation(const ChatTemplate& chat_template, Conversation conversation);

}  // namespace hearth::text
