// hearth template
#include <hearth/exception.hpp>
#include <hearth/genai/chat_template.hpp>

#include <iostream>
#include <optional>

#include "hearth/command.h"
#include "hearth/template_parse.h"

namespace hearth::cli {
namespace {

using genai::JsonContainer;
using Json = nlohmann::ordered_json;

struct Options {
  std::string model, messages, tools, extra, chosen, answer;
  bool no_generation_prompt = false, continue_final_message = false;
};

[[noreturn]] void refuse(const std::string& what) { throw Exception(ErrorKind::bad_input, what); }

Json parse(const std::string& text, const std::string& source) {
  try {
    return Json::parse(JsonContainer::from_json_string(text).to_json_string());
  } catch (const Exception& error) {
    refuse(source + ": " + error.what());
  }
}

JsonContainer container(const Json& json) { return JsonContainer::from_json_string(json.dump()); }

// What is sent: {messages, tools, ...}, from a file that may be the list of messages alone.
Json read_request(const std::string& path) {
  Json json = parse(read_file(path), path);
  if (json.is_array()) return {{"messages", std::move(json)}};
  if (!json.is_object() || !json.contains("messages") || !json["messages"].is_array())
    refuse(path + ": should be a list of messages, or an object with a list `messages`");
  return json;
}

// Takes a key that is a flag of the command as well.
std::optional<bool> take_flag(Json& request, const char* name, const std::string& path) {
  if (!request.contains(name)) return std::nullopt;
  const Json value = request[name];
  request.erase(name);
  if (!value.is_boolean()) refuse(path + ": `" + name + "` should be true or false");
  return value.get<bool>();
}

std::optional<JsonContainer> take_tools(Json& request, const Options& o) {
  Json tools = request.contains("tools") ? request["tools"] : Json();
  request.erase("tools");
  if (!o.tools.empty()) tools = parse(read_file(o.tools), o.tools);
  if (tools.is_null()) return std::nullopt;
  if (!tools.is_array())
    refuse((o.tools.empty() ? o.messages : o.tools) + ": the tools should be a list");
  return container(tools);
}

genai::ChatTemplate open_template(const Options& o) {
  genai::ChatTemplate chat_template(o.model);
  if (!o.chosen.empty() && chat_template.text(o.chosen).empty()) {
    std::string names;
    for (const std::string& name : chat_template.names())
      names += (names.empty() ? "" : ", ") + name;
    refuse(o.model + ": has no template `" + o.chosen +
           "`; it has: " + (names.empty() ? "none" : names));
  }
  return chat_template;
}

// The one that shows how tools are called, where there are several.
std::string answer_template(const Options& o) {
  const genai::ChatTemplate chat_template = open_template(o);
  if (!o.chosen.empty()) return chat_template.text(o.chosen);
  const std::string with_tools = chat_template.text("tool_use");
  return with_tools.empty() ? chat_template.text() : with_tools;
}

std::string rendered(const Options& o) {
  const genai::ChatTemplate chat_template = open_template(o);
  Json request = read_request(o.messages);
  const genai::ChatHistory history(container(request["messages"]));
  request.erase("messages");
  const auto tools = take_tools(request, o);
  const bool goes_on = take_flag(request, "continue_final_message", o.messages).value_or(false) ||
                       o.continue_final_message;
  const bool prompt = take_flag(request, "add_generation_prompt", o.messages).value_or(!goes_on) &&
                      !o.no_generation_prompt;
  if (!o.extra.empty()) {
    const Json extra = parse(o.extra, "--extra");
    if (!extra.is_object()) refuse("--extra: should be a JSON object of variables");
    request.update(extra);
  }
  request["continue_final_message"] = goes_on;
  return chat_template.apply(history, prompt, o.chosen, tools, container(request));
}

void run(const Options& o) {
  if (o.messages.empty() == o.answer.empty())
    refuse("give one of --messages, a JSON file with the conversation, and --parse, an answer");
  if (!o.answer.empty()) {
    std::optional<std::string> tools;
    if (!o.tools.empty()) tools = parse(read_file(o.tools), o.tools).dump();
    return print_parsed_answer(answer_template(o), read_file(o.answer), tools);
  }
  std::cout << rendered(o);
}

}  // namespace

void add_template_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "template", "Show the text that a conversation is sent as, or the parts of an answer");
  command->add_option("model", o->model, "Model folder, .gguf file or .jinja file")->required();
  command->add_option(
      "--messages", o->messages,
      "JSON file: a list of messages, or an object {messages, tools, documents, ...}");
  command->add_option(
      "--parse", o->answer,
      "File with an answer of the model, special tokens included: show its parts as "
      "JSON {content, reasoning_content, tool_calls: [{name, arguments}]}");
  command->add_option("--tools", o->tools, "JSON file: a list of tools as JSON schemas");
  command->add_option("--extra", o->extra,
                      "JSON object of further variables: enable_thinking, bos_token, ...");
  command->add_option("--template", o->chosen,
                      "Name of the template to take, of a model that has several");
  command->add_flag("--no-generation-prompt", o->no_generation_prompt,
                    "Do not ask for an answer at the end");
  command->add_flag("--continue-final-message", o->continue_final_message,
                    "End inside the last message, for the model to go on with it");
  command->footer(
      "Prints the text of --messages and nothing else: no newline is added.\n\n"
      "Example:\n  hearth template smollm2 --messages chat.json\n"
      "  hearth template qwen3 --messages chat.json --tools tools.json "
      "--extra '{\"enable_thinking\": false}'\n"
      "  hearth template chat_template.jinja --messages chat.json --extra '{\"bos_token\": "
      "\"<s>\"}'\n"
      "  hearth template qwen3 --parse answer.txt");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
