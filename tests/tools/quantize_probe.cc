// Quantizes for tests in other languages: JSON lines {"format", "rows", "cols", "group", "weights",
// "out", "table"?, "isa"?, "errors"?} become {"not_finite", "tensor_scale"} each. `weights` is a
// file of f32 [rows, cols]; OUT.codes, OUT.scales and OUT.zero_points are written as an IR would
// store them, or, with "errors", OUT.errors: the f32 errors of int8 rows.

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/json.h"
#include "kernels/quantize/quantize.h"

namespace {

using hearth::Json;
using namespace hearth::kernels;

std::vector<float> read_floats(const std::string& path, size_t count) {
  std::vector<float> floats(count);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(floats.data()), static_cast<std::streamsize>(count * 4));
  if (!file) throw std::runtime_error(path + " is missing or short");
  return floats;
}

template <typename T>
void write(const std::string& path, const std::vector<T>& values) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(T)));
}

Json probe(const Json& request) {
  const int64_t rows = request.at("rows"), cols = request.at("cols");
  const auto isa = static_cast<hearth::Isa>(request.value("isa", 2));
  const std::string out = request.at("out");
  const auto elements = static_cast<size_t>(rows * cols);
  const std::vector<float> weights = read_floats(request.at("weights"), elements);
  if (request.value("errors", false)) {
    std::vector<float> errors(static_cast<size_t>(rows));
    int8_row_errors(weights.data(), rows, cols, isa, errors.data());
    write(out + ".errors", errors);
    return Json::object();
  }
  const std::vector<float> table = request.value("table", std::vector<float>());
  QuantizeArgs args;
  args.format = parse_quantize_format(request.at("format").get<std::string>()).value();
  args.cols = cols;
  args.group = request.at("group");
  args.tensor_elements = rows * cols;
  args.scan = scan_rows(weights.data(), rows * cols);
  args.table = table;
  const FormatTraits& format = traits(args.format);
  const auto groups = static_cast<size_t>(rows * (cols / args.group));
  std::vector<std::byte> codes(byte_size(code_type(args), elements));
  std::vector<std::byte> scales(byte_size(format.scale_type, groups));
  std::vector<std::byte> zero_points(format.has_zero_points ? byte_size(format.code_type, groups)
                                                            : 0);
  quantize_rows(args, weights.data(), rows, isa, {codes.data(), scales.data(), zero_points.data()});
  write(out + ".codes", codes);
  write(out + ".scales", scales);
  write(out + ".zero_points", zero_points);
  Json answer = {{"not_finite", args.scan.not_finite}};
  if (args.format == QuantizeFormat::nvfp4) answer["tensor_scale"] = tensor_scale(args);
  return answer;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << probe(Json::parse(line)).dump() << std::endl;
}
