// hearth compare
#include <hearth/genai/evaluation.hpp>

#include <iostream>

#include "hearth/command.h"

namespace hearth::cli {
namespace {

struct Options {
  ModelOptions model;  // the reference
  std::string candidate;
  std::vector<std::string> candidate_properties;
  genai::CompareOptions what;
  std::string text;
  bool json = false;
};

nlohmann::ordered_json describe(const genai::ComparedModel& model) {
  return {
      {"perplexity", model.perplexity}, {"size_bytes", model.size_bytes}, {"tok_s", model.tok_s}};
}

void print_table(const genai::Comparison& c, const genai::CompareOptions& what) {
  const auto line = [](const char* name, double reference, double candidate, const char* format) {
    std::printf("%-24s", name);
    std::printf(format, reference);
    std::printf(format, candidate);
    std::printf("\n");
  };
  std::printf("%-24s%14s%14s\n", "", "reference", "candidate");
  line("perplexity", c.reference.perplexity, c.candidate.perplexity, "%14.4f");
  line("size, MB", static_cast<double>(c.reference.size_bytes) / 1e6,
       static_cast<double>(c.candidate.size_bytes) / 1e6, "%14.1f");
  if (what.answers > 0) line("speed, tok/s", c.reference.tok_s, c.candidate.tok_s, "%14.1f");
  std::printf("\nKL(reference || candidate) mean %.6f, 99th percentile %.6f nats\n", c.kl_mean,
              c.kl_p99);
  std::printf("the same likeliest token   %.2f %% of %zu tokens\n", 100 * c.top1_agreement,
              c.tokens);
  if (what.answers > 0)
    std::printf("answers part after         %.1f of %zu tokens (mean of %zu)\n", c.first_divergence,
                what.answer_tokens, what.answers);
}

void run(Options& o) {
  o.what.reference = o.model.model;
  o.what.candidate = o.candidate;
  o.what.text = o.text;
  o.what.device = o.model.device;
  o.what.properties = o.model.device_properties();
  o.what.candidate_properties = parse_properties(o.candidate_properties, "--candidate-property");
  catch_interrupts();
  genai::Comparison result;
  {
    TerminalProgress progress("compare");
    result = genai::compare(o.what, &progress);
  }
  if (!o.json) return print_table(result, o.what);
  print_json({{"reference", describe(result.reference)},
              {"candidate", describe(result.candidate)},
              {"kl_mean", result.kl_mean},
              {"kl_p99", result.kl_p99},
              {"top1_agreement", result.top1_agreement},
              {"first_divergence", result.first_divergence},
              {"tokens", result.tokens}});
}

}  // namespace

void add_compare_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "compare", "Measure how far a model's predictions are from another's on a text");
  o->model.add_to(*command);
  command->add_option("candidate", o->candidate, "The model that is judged")->required();
  command
      ->add_option("--candidate-property", o->candidate_properties,
                   "NAME=VALUE for the candidate alone; repeatable")
      ->allow_extra_args(false);
  command->add_option("--text", o->text, "Text file")->required()->check(CLI::ExistingFile);
  command->add_option("--context", o->what.context, "Tokens of a window (default: 1024)");
  command->add_option("--stride", o->what.stride, "Tokens between windows (default: the context)");
  command->add_option("--max-tokens", o->what.max_tokens, "Use only so many tokens of the text");
  command
      ->add_option("--answers", o->what.answers,
                   "Greedy answers that both write, from prompts out of the text; 0: none")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->add_option("--answer-tokens", o->what.answer_tokens, "Tokens of an answer")
      ->check(CLI::Range(2, 100000))
      ->capture_default_str();
  command->add_flag("--json", o->json, "Print JSON");
  command->footer(
      "Example:\n  hearth compare smollm2 smollm2-int4 --text wiki.test.raw --max-tokens 20000\n"
      "  hearth compare smollm2 smollm2 --text wiki.test.raw --property "
      "EXECUTION_MODE_HINT=ACCURACY \\\n"
      "                 --candidate-property EXECUTION_MODE_HINT=PERFORMANCE");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
