// hearth run
#include <hearth/core.hpp>
#include <hearth/exception.hpp>

#include <filesystem>
#include <iostream>

#include "hearth/command.h"
#include "hearth/npy.h"

namespace hearth::cli {
namespace {

struct Options {
  ModelOptions model;
  std::vector<std::string> inputs;
  std::string output_dir = ".";
};

std::string file_name(std::string output) {
  for (char& c : output)
    if (c == '/' || c == '\\' || c == '\0') c = '_';
  return output + ".npy";
}

void run(const Options& o) {
  const CompiledModel model = Core().compile_model(std::filesystem::path(o.model.model),
                                                   o.model.device, o.model.device_properties());
  InferRequest request = model.create_infer_request();
  for (const std::string& item : o.inputs) {
    const size_t equals = item.find('=');
    if (equals == std::string::npos)
      throw Exception(ErrorKind::bad_input, "--input takes NAME=FILE.npy, not `" + item + "`");
    request.set_tensor(item.substr(0, equals), read_npy(item.substr(equals + 1)));
  }
  request.infer();
  std::error_code error;
  std::filesystem::create_directories(o.output_dir, error);
  for (size_t i = 0; i < model.outputs().size(); ++i) {
    const std::string path =
        (std::filesystem::path(o.output_dir) / file_name(model.outputs()[i].name)).string();
    const Tensor tensor = request.get_output_tensor(i);
    write_npy(path, tensor);
    std::cout << path << ' ' << to_string(tensor.get_element_type()) << ' '
              << tensor.get_shape().to_string() << '\n';
  }
}

}  // namespace

void add_run_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("run", "Run any IR on .npy inputs; one .npy for every output");
  o->model.add_to(*command);
  command->get_option("model")->description("The .xml of an IR");
  command->add_option("--input", o->inputs, "NAME=FILE.npy, for every input")->required();
  command->add_option("--output-dir", o->output_dir, "Where the outputs go")->capture_default_str();
  command->footer(
      "Example:\n  hearth run openvino_model.xml --input input_ids=ids.npy "
      "--input attention_mask=mask.npy --output-dir out");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
