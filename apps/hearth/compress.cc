// hearth compress
#include "hearth/compress_flags.h"

namespace hearth::cli {
namespace {

struct Options {
  ExportOptions what;
  std::string model, output;
  CompressFlags flags;
};

void run(Options& o) {
  o.what.model = o.model;
  o.what.output = o.output;
  if (o.flags.weight_format.empty()) o.flags.weight_format = "int8";
  o.flags.apply_to(o.what);
  run_export(o.what, o.flags, "compress");
}

}  // namespace

void add_compress_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("compress", "Make the weights of a model smaller");
  command
      ->add_option("model", o->model,
                   "IR folder with float weights, Hugging Face folder or .gguf file")
      ->required();
  command->add_option("output", o->output, "Folder to make")->required();
  o->flags.add_to(*command, false);
  command->add_flag("--force", o->what.force,
                    "Write into a folder that is not empty, replacing files of the same names");
  command->footer(
      "Example:\n  hearth compress smollm2-ir smollm2-int8\n"
      "  hearth compress smollm2-ir --weight-format int4 --sym --group-size 64 --ratio 0.8 small\n"
      "Without --weight-format: int8.");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
