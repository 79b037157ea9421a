#include "hearth/compress_flags.h"

#include <hearth/exception.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace hearth::cli {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& sentence) {
  throw Exception(ErrorKind::bad_input, sentence);
}

std::vector<std::string> strings(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it == json.end() ? std::vector<std::string>() : it->get<std::vector<std::string>>();
}

IgnoredScope parse_scope(const std::string& text) {
  IgnoredScope out;
  try {
    const Json json = Json::parse(text);
    for (const auto& [key, value] : json.items())
      if (key != "names" && key != "patterns" && key != "types" && key != "validate")
        refuse("--ignored-scope: \"" + key + "\" is none of names, patterns, types, validate");
    out.names = strings(json, "names");
    out.patterns = strings(json, "patterns");
    out.types = strings(json, "types");
    out.validate = json.value("validate", true);
  } catch (const Json::exception&) {
    refuse(
        "--ignored-scope: not an object of JSON with lists of strings, such as "
        "{\"patterns\": [\".*down_proj.*\"]}");
  }
  return out;
}

std::vector<float> parse_table(const std::string& text) {
  std::vector<float> out;
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, ',');) {
    size_t read = 0;
    try {
      out.push_back(std::stof(item, &read));
    } catch (const std::exception&) {
      read = 0;
    }
    if (read == 0 || read != item.size()) refuse("--codebook: \"" + item + "\" is no number");
  }
  return out;
}

Json describe(const CompressedLayer& layer) {
  return {{"name", layer.name},   {"tensor", layer.tensor}, {"format", layer.format},
          {"group", layer.group}, {"reason", layer.reason}, {"elements", layer.elements},
          {"bytes", layer.bytes}, {"error", layer.error}};
}

Json describe(const CompressReport& report) {
  Json layers = Json::array();
  for (const CompressedLayer& layer : report.layers) layers.push_back(describe(layer));
  return {{"layers", layers},
          {"notes", report.notes},
          {"source_bytes", report.source_bytes},
          {"bytes", report.bytes},
          {"seconds", report.seconds},
          {"peak_private_bytes", report.peak_private_bytes}};
}

// Known to optimum-cli, and refused here.
struct Unsupported {
  const char* flag;
  bool has_value;
  const char* why;
};

constexpr const char* kOfData =
    " needs the activations of a dataset, and datasets are not supported yet; --awq, --ratio and "
    "smaller groups go by the weights alone";
constexpr const char* kOfActivations =
    " is of quantized activations, which are not supported yet; --weight-format compresses weights "
    "alone";

constexpr Unsupported kUnsupported[] = {
    {"--dataset", true, kOfData},           {"--num-samples", true, kOfData},
    {"--scale-estimation", false, kOfData}, {"--gptq", false, kOfData},
    {"--lora-correction", false, kOfData},  {"--quantization-statistics-path", true, kOfData},
    {"--quant-mode", true, kOfActivations}, {"--smooth-quant-alpha", true, kOfActivations},
};

struct Sum {
  size_t layers = 0;
  uint64_t bytes = 0;
  double error = 0;
};

std::string format_and_group(const CompressedLayer& layer) {
  if (layer.format == "float") return layer.format;
  return layer.format + (layer.group > 0 ? " group " + std::to_string(layer.group) : " per row");
}

}  // namespace

void CompressFlags::add_to(CLI::App& command, bool float_formats) {
  command_ = &command;
  float_formats_ = float_formats;
  const std::string floats =
      float_formats ? "fp32, fp16, bf16, original (as the checkpoint), " : "";
  command.add_option("--weight-format", weight_format,
                     floats +
                         "int8, int4, nf4, mxfp4, cb4, or a mode of NNCF: int8_asym, "
                         "int8_sym, int4_asym, int4_sym, mxfp8_e4m3, fp8_e4m3, fp8_e5m2, "
                         "fp4, nvfp4, codebook");
  command.add_flag("--sym", sym, "int8 and int4: symmetric, without zero points");
  command.add_option("--group-size", group_size,
                     "Columns that share a scale; -1: one scale a row (default: 128 of 4 bits)");
  command
      .add_option("--group-size-fallback", fallback,
                  "Layers that no group of this size divides: error, ignore (they stay), adjust "
                  "(a smaller group, else the backup)")
      ->check(CLI::IsMember({"error", "ignore", "adjust"}));
  command.add_option("--ratio", ratio, "Share of the weights in the format; the rest: the backup");
  command.add_option("--backup-precision", backup,
                     "Format of the other layers: none, int8_sym, int8_asym");
  command.add_flag("--all-layers", all_layers, "Embeddings and the last layer in the format too");
  command.add_flag("--awq", awq, "Data-free AWQ: even out the columns before compressing");
  command.add_option("--sensitivity-metric", sensitivity_metric,
                     "What layers are chosen by where --ratio is below 1: "
                     "weight_quantization_error");
  command.add_option("--ignored-scope", ignored_scope,
                     "Layers that stay as they are: JSON {names, patterns, types}");
  command.add_option("--codebook", table, "Of format codebook: ascending values, with commas");
  command.add_option("--report", report, "File for the report, as JSON");
  for (const Unsupported& one : kUnsupported) {
    CLI::Option* option =
        one.has_value ? command.add_option(one.flag, "") : command.add_flag(one.flag);
    option->group("Not supported yet");
  }
}

// Before the work, not after it.
void CompressFlags::check_report() const {
  if (!given("--report")) return;
  const std::filesystem::path folder = std::filesystem::absolute(report).parent_path();
  if (!std::filesystem::is_directory(folder))
    refuse("--report: there is no folder " + folder.string());
}

bool CompressFlags::given(const char* flag) const { return command_->count(flag) > 0; }

void CompressFlags::apply_to(ExportOptions& options) const {
  for (const Unsupported& one : kUnsupported)
    if (given(one.flag)) refuse(one.flag + std::string(one.why));
  static const std::map<std::string, ElementType> kFloats = {
      {"fp32", ElementType::f32}, {"fp16", ElementType::f16}, {"bf16", ElementType::bf16}};
  check_report();
  constexpr std::array kWays = {"--sym",     "--group-size",         "--group-size-fallback",
                                "--ratio",   "--backup-precision",   "--all-layers",
                                "--awq",     "--sensitivity-metric", "--ignored-scope",
                                "--codebook"};
  const auto* way = std::find_if(kWays.begin(), kWays.end(), [this](auto f) { return given(f); });
  const auto is_float = kFloats.find(weight_format);
  if (!float_formats_ && (weight_format == "original" || is_float != kFloats.end()))
    refuse("--weight-format " + weight_format +
           " makes nothing smaller; hearth export takes it, and hearth compress int8, int4 and the "
           "like");
  if (weight_format.empty() || weight_format == "original" || is_float != kFloats.end()) {
    if (way != kWays.end())
      refuse(std::string(*way) +
             " says how weights are compressed, and needs a --weight-format "
             "that compresses them, such as int4");
    if (is_float != kFloats.end()) options.weight_format = is_float->second;
    options.compress_large = weight_format.empty();
    return;
  }
  CompressOptions how;
  how.format = weight_format;
  if (weight_format == "int8" || weight_format == "int4") {
    how.format += sym ? "_sym" : "_asym";
  } else if (sym) {
    refuse("--sym belongs to --weight-format int8 and int4, not to " + weight_format);
  }
  if (given("--group-size")) how.group_size = group_size;
  if (given("--ratio")) how.ratio = ratio;
  if (given("--backup-precision")) how.backup = backup;
  if (given("--all-layers")) how.all_layers = all_layers;
  if (given("--awq")) how.awq = awq;
  if (given("--sensitivity-metric")) how.sensitivity_metric = sensitivity_metric;
  if (given("--ignored-scope")) how.ignored_scope = parse_scope(ignored_scope);
  if (given("--codebook")) how.table = parse_table(table);
  if (fallback == "error") how.group_size_fallback = GroupSizeFallback::error;
  if (fallback == "ignore") how.group_size_fallback = GroupSizeFallback::ignore;
  if (fallback == "adjust") how.group_size_fallback = GroupSizeFallback::adjust;
  options.compress = how;
  options.tuned = weight_format == "int4" && way == kWays.end();
}

void CompressFlags::print(const ExportReport& exported, const std::string& output) const {
  if (!exported.compression) {
    if (!report.empty())
      std::fprintf(stderr, "%s: no weight was compressed, so there is no report\n", output.c_str());
    return;
  }
  const CompressReport& all = *exported.compression;
  std::map<std::string, Sum> sums;
  for (const CompressedLayer& layer : all.layers) {
    Sum& sum = sums[format_and_group(layer)];
    ++sum.layers;
    sum.bytes += layer.bytes;
    sum.error += layer.error;
  }
  for (const auto& [format, sum] : sums)
    std::fprintf(stderr, "%s: %-22s %4zu layers %10.1f MB, relative squared error %.2e\n",
                 output.c_str(), format.c_str(), sum.layers, static_cast<double>(sum.bytes) / 1e6,
                 sum.error / static_cast<double>(sum.layers));
  std::fprintf(stderr, "%s: %.1f MB of weights to %.1f MB, peak %.0f MB of private memory\n",
               output.c_str(), static_cast<double>(all.source_bytes) / 1e6,
               static_cast<double>(all.bytes) / 1e6,
               static_cast<double>(all.peak_private_bytes) / 1e6);
  for (const std::string& note : all.notes)
    std::fprintf(stderr, "%s: %s\n", output.c_str(), note.c_str());
  if (report.empty()) return;
  std::ofstream file(report);
  file << describe(all).dump(1) << "\n";
  file.close();  // writes what is buffered
  if (!file) throw Exception(ErrorKind::failed, report + ": could not be written");
}

void run_export(const ExportOptions& options, const CompressFlags& flags, const char* task) {
  catch_interrupts();
  ExportReport report;
  {
    TerminalProgress progress(task);
    report = export_model(options, &progress);
  }
  const std::string output = options.output.string();
  std::fprintf(stderr, "%s: %s model, %zu layers, %.1f MB of weights, %.2f s\n", output.c_str(),
               report.model_type.c_str(), report.layers,
               static_cast<double>(report.weight_bytes) / 1e6, report.seconds);
  for (const std::string& note : report.notes)
    std::fprintf(stderr, "%s: %s\n", output.c_str(), note.c_str());
  flags.print(report, output);
}

}  // namespace hearth::cli
