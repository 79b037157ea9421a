// hearth perplexity
#include <hearth/genai/evaluation.hpp>

#include <iomanip>
#include <iostream>

#include "hearth/command.h"

namespace hearth::cli {
namespace {

struct Options {
  ModelOptions model;
  std::string text;
  size_t context = 0, stride = 0, max_tokens = 0;
  bool json = false;
};

void run(const Options& o) {
  genai::PerplexityOptions what;
  what.model = o.model.model;
  what.text = o.text;
  what.device = o.model.device;
  what.properties = o.model.device_properties();
  what.context = o.context;
  what.stride = o.stride;
  what.max_tokens = o.max_tokens;
  catch_interrupts();
  genai::Perplexity result;
  {
    TerminalProgress progress("perplexity");
    result = genai::perplexity(what, &progress);
  }
  if (o.json)
    return print_json(
        {{"perplexity", result.perplexity}, {"nll", result.nll}, {"tokens", result.tokens}});
  std::cout << std::setprecision(6) << "perplexity " << result.perplexity << "  (nll " << result.nll
            << " over " << result.tokens << " tokens)\n";
}

}  // namespace

void add_perplexity_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("perplexity", "Measure how well a model predicts a text");
  o->model.add_to(*command);
  command->add_option("--text", o->text, "Text file")->required()->check(CLI::ExistingFile);
  command->add_option("--context", o->context, "Tokens of a window (default: 1024)");
  command->add_option("--stride", o->stride, "Tokens between windows (default: the context)");
  command->add_option("--max-tokens", o->max_tokens, "Use only so many tokens of the text");
  command->add_flag("--json", o->json, "Print JSON: perplexity, nll, tokens");
  command->footer("Example:\n  hearth perplexity smollm2 --text wiki.test.raw --max-tokens 20000");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
