// hearth generate
#include <hearth/exception.hpp>
#include <hearth/genai/llm_pipeline.hpp>

#include <iostream>
#include <optional>

#include "hearth/command.h"
#include "hearth/generation_flags.h"

namespace hearth::cli {
namespace {

using genai::DecodedResults;
using genai::GenerationFinishReason;
using genai::StreamingStatus;

struct Options {
  ModelOptions model;
  GenerationFlags flags;
  std::optional<std::string> prompt, prompt_flag;
  std::string prompt_file, messages;
  bool no_chat_template = false, echo = false, logprobs = false, json = false;
};

std::string the_prompt(const Options& o) {
  const int given = (o.prompt ? 1 : 0) + (o.prompt_flag ? 1 : 0) + (o.prompt_file.empty() ? 0 : 1) +
                    (o.messages.empty() ? 0 : 1);
  if (given != 1)
    throw Exception(ErrorKind::bad_input,
                    "give one of: a prompt, --prompt, --prompt-file or --messages");
  if (o.prompt) return *o.prompt;
  if (o.prompt_flag) return *o.prompt_flag;
  return o.prompt_file.empty() ? std::string() : read_file(o.prompt_file);
}

genai::ChatHistory read_messages(const std::string& path) {
  const auto json = genai::JsonContainer::from_json_string(read_file(path));
  if (!json.is_array() || json.empty())
    throw Exception(ErrorKind::bad_input,
                    path + ": should be a list of {\"role\": ..., \"content\": ...}");
  return genai::ChatHistory(json);
}

const char* name_of(GenerationFinishReason reason) {
  switch (reason) {
    case GenerationFinishReason::STOP:
      return "stop";
    case GenerationFinishReason::LENGTH:
      return "length";
    default:
      return "cancelled";
  }
}

nlohmann::ordered_json to_json(const DecodedResults& results, bool with_logprobs) {
  const genai::PerfMetrics& m = results.perf_metrics;
  nlohmann::ordered_json answers = nlohmann::ordered_json::array();
  for (size_t i = 0; i < results.texts.size(); ++i) {
    nlohmann::ordered_json answer = {{"text", results.texts[i]},
                                     {"token_ids", results.tokens[i]},
                                     {"finish_reason", name_of(results.finish_reasons[i])}};
    if (with_logprobs) answer["logprobs"] = results.logprobs[i];
    if (results.texts.size() > 1) answer["score"] = results.scores[i];
    answers.push_back(std::move(answer));
  }
  nlohmann::ordered_json out = answers[0];
  if (answers.size() > 1) out["sequences"] = std::move(answers);
  out["prompt_tokens"] = m.num_input_tokens;
  out["metrics"] = {{"load_ms", m.get_load_time()},
                    {"ttft_ms", m.get_ttft().mean},
                    {"tpot_ms", m.get_tpot().mean},
                    {"throughput_tok_s", m.get_throughput().mean},
                    {"peak_rss_bytes", peak_rss_bytes()}};
  return out;
}

void run(const Options& o) {
  const std::string prompt = the_prompt(o);
  exit_on_interrupts();
  genai::LLMPipeline pipe(o.model.model, o.model.device, o.model.device_properties());
  genai::GenerationConfig config = o.flags.apply(pipe.get_generation_config());
  config.apply_chat_template = !o.no_chat_template;
  config.echo = o.echo;
  config.logprobs = o.logprobs ? 1 : 0;
  config.validate();

  const bool streams = !o.json && !config.is_beam_search() && config.num_return_sequences == 1;
  const auto show = [&](const std::string& text) {
    if (streams) std::cout << text << std::flush;
    return std::cout ? StreamingStatus::RUNNING : StreamingStatus::CANCEL;
  };
  genai::StreamerVariant streamer;
  if (streams) streamer = show;
  if (streams && config.echo) std::cout << prompt;
  const DecodedResults results = o.messages.empty()
                                     ? pipe.generate(prompt, config, streamer)
                                     : pipe.generate(read_messages(o.messages), config, streamer);
  if (o.json) {
    print_json(to_json(results, o.logprobs));
  } else {
    std::cout << (streams ? "" : std::string(results)) << '\n';
  }
}

}  // namespace

void add_generate_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("generate", "Answer one prompt");
  o->model.add_to(*command);
  command->add_option("prompt", o->prompt, "What to ask");
  command->add_option("--prompt", o->prompt_flag, "What to ask");
  command->add_option("--prompt-file", o->prompt_file, "File with the prompt, taken as it is")
      ->check(CLI::ExistingFile);
  command->add_option("--messages", o->messages, "JSON file: a list of {role, content}")
      ->check(CLI::ExistingFile);
  command->add_flag("--no-chat-template", o->no_chat_template,
                    "Send the text as it is (the tokenizer still adds its start token)");
  command->add_flag("--echo", o->echo, "Print the prompt before the answer");
  command->add_flag("--logprobs", o->logprobs, "Log probability of every token (with --json)");
  command->add_flag("--json", o->json, "Print text, token ids, finish reason and metrics as JSON");
  o->flags.add_to(*command);
  command->footer(
      "Example:\n  hearth generate smollm2 \"What is the capital of France?\" --max-new-tokens 64\n"
      "  hearth generate model.gguf --prompt-file story.txt --no-chat-template --temperature 0.8");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
