// hearth explain
#include <hearth/core.hpp>
#include <hearth/genai/llm_pipeline.hpp>

#include <filesystem>
#include <iostream>

#include "hearth/command.h"

namespace hearth::cli {

void add_explain_command(CLI::App& app) {
  auto o = std::make_shared<ModelOptions>();
  CLI::App* command = app.add_subcommand(
      "explain", "Say how a model would be run: passes, kernels with those refused, memory");
  o->add_to(*command);
  command->footer("Example:\n  hearth explain smollm2 --property INFERENCE_PRECISION_HINT=f32");
  command->callback([o] {
    const std::filesystem::path path = o->model;
    if (path.extension() == ".xml") {
      std::cout << Core().compile_model(path, o->device, o->device_properties()).explain();
    } else {
      std::cout << genai::LLMPipeline(path, o->device, o->device_properties()).explain();
    }
  });
}

}  // namespace hearth::cli
