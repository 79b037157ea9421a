// Renders chat templates for tests in other languages: reads JSON lines {"template", "context"} or
// {"template", "conversation"}, writes one JSON line for each, {"text"} or {"error", "stage":
// "parse" or "render"}.

#include <iostream>
#include <string>

#include "base/json.h"
#include "text/conversation.h"

namespace {

hearth::text::Conversation conversation_of(hearth::Json given) {
  hearth::text::Conversation out;
  const auto take = [&](const char* key) {
    hearth::Json value = given.contains(key) ? given[key] : hearth::Json();
    given.erase(key);
    return value;
  };
  out.messages = take("messages");
  out.tools = take("tools");
  out.documents = take("documents");
  out.add_generation_prompt = take("add_generation_prompt") == true;
  out.continue_final_message = take("continue_final_message") == true;
  out.variables = take("variables");
  out.variables.update(given);
  return out;
}

hearth::Json probe(const hearth::Json& request) {
  const char* stage = "parse";
  try {
    const auto chat_template = hearth::text::ChatTemplate::parse(
        request.at("template").get_ref<const std::string&>(), "template");
    stage = "render";
    if (request.contains("context")) return {{"text", chat_template.render(request["context"])}};
    return {{"text", hearth::text::render_conversation(chat_template,
                                                       conversation_of(request["conversation"]))}};
  } catch (const std::exception& error) {
    return {{"error", error.what()}, {"stage", stage}};
  }
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);)
    std::cout << probe(hearth::Json::parse(line)).dump() << std::endl;
}
