// hearth evaluate
#include <hearth/exception.hpp>
#include <hearth/genai/evaluator.hpp>
#include <hearth/genai/tokenizer.hpp>

#include <fstream>
#include <iostream>

#include "hearth/command.h"

namespace hearth::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  ModelOptions model;
  std::string requests;
  size_t context = 0;
};

[[noreturn]] void refuse(const std::string& what) { throw Exception(ErrorKind::bad_input, what); }

template <typename T>
T field(const Json& request, const char* name) {
  const auto it = request.find(name);
  if (it == request.end()) refuse(std::string("there is no `") + name + "`");
  try {
    return it->get<T>();
  } catch (const Json::exception&) {
    refuse(std::string("`") + name + "` is of the wrong type: " + it->dump());
  }
}

size_t count(const Json& request, const char* name) {
  const auto value = field<Json>(request, name);
  if (!value.is_number_unsigned()) refuse(std::string("`") + name + "` should be a count");
  return value.get<size_t>();
}

Json loglikelihood(genai::Evaluator& model, const Json& request) {
  const auto [sum, is_greedy] = model.loglikelihood(field<std::string>(request, "context"),
                                                    field<std::string>(request, "continuation"));
  return {{"loglikelihood", sum}, {"is_greedy", is_greedy}};
}

Json loglikelihood_rolling(genai::Evaluator& model, const Json& request) {
  return {{"loglikelihood", model.loglikelihood_rolling(field<std::string>(request, "text"))}};
}

Json generate_until(genai::Evaluator& model, const Json& request) {
  return {{"text", model.generate_until(field<std::string>(request, "context"),
                                        field<std::vector<std::string>>(request, "until"),
                                        count(request, "max_gen_toks"))}};
}

Json apply_chat_template(genai::Evaluator& model, const Json& request) {
  const genai::ChatHistory messages(
      genai::JsonContainer::from_json_string(field<Json>(request, "messages").dump()));
  return {{"text", model.tokenizer().apply_chat_template(
                       messages, field<bool>(request, "add_generation_prompt"))}};
}

constexpr struct {
  const char* type;
  Json (*answer)(genai::Evaluator&, const Json&);
} kRequests[] = {{"loglikelihood", loglikelihood},
                 {"loglikelihood_rolling", loglikelihood_rolling},
                 {"generate_until", generate_until},
                 {"apply_chat_template", apply_chat_template}};

Json answer(genai::Evaluator& model, const std::string& line) {
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object()) refuse("not an object of JSON");
  const auto type = field<std::string>(request, "type");
  for (const auto& known : kRequests)
    if (type == known.type) return known.answer(model, request);
  refuse("there is no type `" + type +
         "`; it is loglikelihood, loglikelihood_rolling, generate_until or apply_chat_template");
}

void run(const Options& o) {
  std::ifstream file;
  if (!o.requests.empty()) file.open(o.requests);
  std::istream& in = o.requests.empty() ? std::cin : file;
  const std::string source = o.requests.empty() ? "stdin" : o.requests;
  genai::Evaluator model(o.model.model, o.model.device, o.model.device_properties(), o.context);
  exit_on_interrupts();
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    try {
      const Json out = answer(model, line);
      std::cout << out.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    } catch (const Exception& error) {
      throw Exception(error.kind(),
                      source + ", line " + std::to_string(number) + ": " + error.what());
    }
  }
}

}  // namespace

void add_evaluate_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "evaluate", "Answer the requests of an evaluation harness, one line of JSON for each");
  o->model.add_to(*command);
  command->add_option("--requests", o->requests, "File with a request a line (default: stdin)")
      ->check(CLI::ExistingFile);
  command->add_option("--context", o->context,
                      "Tokens that the model reads at a time (default: the model's context)");
  command->footer(
      "Requests:\n"
      "  {\"type\": \"loglikelihood\", \"context\": \"The sky is\", \"continuation\": \" blue\"}\n"
      "  {\"type\": \"loglikelihood_rolling\", \"text\": \"The sky is blue.\"}\n"
      "  {\"type\": \"generate_until\", \"context\": \"Q: 1+1?\\nA:\", \"until\": [\"\\n\"], "
      "\"max_gen_toks\": 16}\n"
      "  {\"type\": \"apply_chat_template\", \"messages\": [{\"role\": \"user\", \"content\": "
      "\"Hello\"}], \"add_generation_prompt\": true}\n"
      "Answers, in the same order and at once: loglikelihood and is_greedy, loglikelihood, or "
      "text.\ntools/lm_eval_adapter.py drives this for lm-eval.");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
