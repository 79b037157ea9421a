// hearth export
#include "hearth/compress_flags.h"

namespace hearth::cli {
namespace {

struct Options {
  ExportOptions what;
  std::string model, output, task = "auto";
  CompressFlags flags;
};

void run(Options& o) {
  o.what.model = o.model;
  o.what.output = o.output;
  o.flags.apply_to(o.what);
  run_export(o.what, o.flags, "export");
}

}  // namespace

void add_export_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "export", "Convert a Hugging Face folder or a GGUF file to an OpenVINO IR folder");
  command->add_option("-m,--model", o->model, "Hugging Face folder or .gguf file")->required();
  command->add_option("output", o->output, "Folder to make")->required();
  o->flags.add_to(*command, true);
  command->add_option("--task", o->task, "auto finds it from the model")
      ->check(CLI::IsMember({"auto", "text-generation", "text-generation-with-past"}))
      ->capture_default_str();
  command->add_flag("--force", o->what.force,
                    "Write into a folder that is not empty, replacing files of the same names");
  command->footer(
      "Example:\n  hearth export -m ./SmolLM2-135M-Instruct --weight-format fp16 smollm2-ir\n"
      "  hearth export -m ./Qwen2.5-1.5B-Instruct --weight-format int4 --group-size 64 qwen-int4\n"
      "Without --weight-format, models of a billion weights and more become int8.");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
