// hearth export
#include <hearth/exception.hpp>
#include <hearth/export.hpp>

#include <iostream>

#include "hearth/command.h"

namespace hearth::cli {
namespace {

struct Options {
  std::string model, output, weight_format = "original", task = "auto";
  bool force = false;
};

void run(const Options& options) {
  ExportOptions what;
  what.model = options.model;
  what.output = options.output;
  what.force = options.force;
  if (options.weight_format == "fp32") what.weight_format = ElementType::f32;
  if (options.weight_format == "fp16") what.weight_format = ElementType::f16;
  if (options.weight_format == "bf16") what.weight_format = ElementType::bf16;
  catch_interrupts();
  ExportReport report;
  {
    TerminalProgress progress("export");
    report = export_model(what, &progress);
  }
  std::fprintf(stderr, "%s: %s model, %zu layers, %.1f MB of weights, %.2f s\n",
               options.output.c_str(), report.model_type.c_str(), report.layers,
               static_cast<double>(report.weight_bytes) / 1e6, report.seconds);
  for (const std::string& note : report.notes)
    std::fprintf(stderr, "%s: %s\n", options.output.c_str(), note.c_str());
}

}  // namespace

void add_export_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "export", "Convert a Hugging Face folder or a GGUF file to an OpenVINO IR folder");
  command->add_option("-m,--model", options->model, "Hugging Face folder or .gguf file")
      ->required();
  command->add_option("output", options->output, "Folder to make")->required();
  command
      ->add_option("--weight-format", options->weight_format,
                   "Type of the float weights; original keeps the checkpoint's")
      ->check(CLI::IsMember({"fp32", "fp16", "bf16", "original"}))
      ->capture_default_str();
  command->add_option("--task", options->task, "auto finds it from the model")
      ->check(CLI::IsMember({"auto", "text-generation", "text-generation-with-past"}))
      ->capture_default_str();
  command->add_flag("--force", options->force,
                    "Write into a folder that is not empty, replacing files of the same names");
  command->footer(
      "Example:\n  hearth export -m ./SmolLM2-135M-Instruct --weight-format fp16 smollm2-ir");
  command->callback([options] { run(*options); });
}

}  // namespace hearth::cli
