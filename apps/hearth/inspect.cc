// hearth inspect
#include <hearth/inspect.hpp>

#include <iostream>

#include "hearth/command.h"

namespace hearth::cli {

void add_inspect_command(CLI::App& app) {
  struct Options {
    std::string path;
    bool json = false, tensors = false;
  };
  auto o = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("inspect", "Say what is in a checkpoint, a GGUF file or an IR");
  command->add_option("path", o->path, "Model folder, .gguf, .safetensors or .xml file")
      ->required();
  command->add_flag("--tensors", o->tensors, "List every tensor");
  command->add_flag("--json", o->json, "Print JSON");
  command->footer("Example:\n  hearth inspect SmolLM2-135M-Instruct.Q4_1.gguf");
  command->callback([o] { std::cout << inspect(o->path, o->json, o->tensors); });
}

}  // namespace hearth::cli
