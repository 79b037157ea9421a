// Renders chat templates for tests in other languages: reads JSON lines {"template", "context"},
// writes one JSON line for each, {"text"} or {"error", "stage": "parse" or "render"}.

#include <iostream>
#include <string>

#include "base/json.h"
#include "text/chat_template.h"

namespace {

hearth::Json probe(const hearth::Json& request) {
  const char* stage = "parse";
  try {
    const auto chat_template = hearth::text::ChatTemplate::parse(
        request.at("template").get_ref<const std::string&>(), "template");
    stage = "render";
    return {{"text", chat_template.render(request.at("context"))}};
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
