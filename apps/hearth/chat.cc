// hearth chat
#include <unistd.h>
#include <hearth/exception.hpp>
#include <hearth/genai/llm_pipeline.hpp>

#include <iostream>

#include "hearth/command.h"
#include "hearth/generation_flags.h"

namespace hearth::cli {
namespace {

struct Options {
  ModelOptions model;
  GenerationFlags flags;
  std::string system;
};

void run(const Options& o) {
  exit_on_interrupts();
  genai::LLMPipeline pipe(o.model.model, o.model.device, o.model.device_properties());
  const genai::GenerationConfig config = o.flags.apply(pipe.get_generation_config());
  config.validate();
  const bool terminal = isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
  if (terminal) std::cerr << "Say something. /clear starts anew, /exit or Ctrl-D ends.\n";
  const auto show = [](const std::string& text) {
    std::cout << text << std::flush;
    return std::cout ? genai::StreamingStatus::RUNNING : genai::StreamingStatus::CANCEL;
  };
  pipe.start_chat(o.system);
  for (std::string line;;) {
    if (terminal) std::cerr << "> " << std::flush;
    if (!std::getline(std::cin, line) || line == "/exit") break;
    if (line.empty()) continue;
    if (line == "/clear") {
      pipe.finish_chat();
      pipe.start_chat(o.system);
      continue;
    }
    if (config.is_beam_search()) {
      std::cout << pipe.generate(line, config) << std::endl;
    } else {
      pipe.generate(line, config, show);
      std::cout << std::endl;
    }
  }
  pipe.finish_chat();
}

}  // namespace

void add_chat_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("chat", "Talk with a model: a line in, an answer out, with a memory");
  o->model.add_to(*command);
  command->add_option("--system", o->system, "System message that the conversation starts with");
  o->flags.add_to(*command);
  command->footer("Example:\n  hearth chat smollm2 --system \"You answer in one sentence.\"");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
