// hearth_compress_probe: one JSON request a line from standard input, one JSON answer a line.
//
// {"model": "model.xml", "options": {...}, "errors": {tensor: sensitivity}, "out": folder} is
// answered by {"weights": [...], "notes": [...]} or {"error": sentence, "kind": "bad_input"}. With
// `out` the rewritten model is there as model.xml, with zeros for codes, scales and zero points.
#include <iostream>
#include <nlohmann/json.hpp>

#include "compress/decompression.h"
#include "compress/options.h"
#include "hearth/exception.hpp"
#include "ir/verify.h"
#include "ir/xml_reader.h"
#include "ir/xml_writer.h"

namespace {

using nlohmann::json;
using namespace hearth;
using namespace hearth::compress;

template <typename T>
void read(const json& from, const char* key, std::optional<T>& to) {
  if (from.contains(key)) to = from[key].get<T>();
}

GroupSizeFallback parse_fallback(const std::string& name) {
  if (name == "ignore") return GroupSizeFallback::ignore;
  return name == "adjust" ? GroupSizeFallback::adjust : GroupSizeFallback::error;
}

CompressOptions parse_options(const json& from) {
  CompressOptions out;
  out.format = from.value("format", out.format);
  read(from, "ratio", out.ratio);
  read(from, "group_size", out.group_size);
  read(from, "backup", out.backup);
  read(from, "all_layers", out.all_layers);
  read(from, "awq", out.awq);
  read(from, "sensitivity_metric", out.sensitivity_metric);
  if (from.contains("fallback")) out.group_size_fallback = parse_fallback(from["fallback"]);
  out.table = from.value("table", out.table);
  if (from.contains("ignored")) {
    const json& ignored = from["ignored"];
    IgnoredScope scope;
    scope.names = ignored.value("names", scope.names);
    scope.patterns = ignored.value("patterns", scope.patterns);
    scope.types = ignored.value("types", scope.types);
    scope.validate = ignored.value("validate", true);
    out.ignored_scope = scope;
  }
  return out;
}

Bytes zeros(ElementType type, const Shape& shape) {
  return Bytes::copy_of(std::vector<std::byte>(byte_size(type, shape_size(shape))));
}

CompressedWeight zero_weight(const PlannedWeight& weight, const std::vector<float>& table) {
  const kernels::FormatTraits& traits = kernels::traits(*weight.format);
  const CompressedShapes shapes = compressed_shapes(weight);
  const ElementType codes = code_type(*weight.format, table);
  CompressedWeight out;
  out.codes = zeros(codes, shapes.codes);
  out.scales = zeros(traits.scale_type, shapes.scales);
  if (traits.has_zero_points) out.zero_points = zeros(codes, shapes.scales);
  out.tensor_scale = zeros(ElementType::f32, {1});
  return out;
}

json describe(const PlannedWeight& weight) {
  return {{"name", weight.name},
          {"tensor", weight.tensor},
          {"format", weight.format ? std::string(kernels::traits(*weight.format).name) : "float"},
          {"group", weight.group},
          {"rows", weight.rows},
          {"cols", weight.cols},
          {"ratio_defining", weight.is_ratio_defining},
          {"column_factors", weight.column_factors},
          {"row_factors", weight.row_factors},
          {"reason", weight.reason}};
}

json answer(const json& request) {
  const CompressOptions options = parse_options(request["options"]);
  ir::Graph graph = ir::read_ir(request["model"].get<std::string>());
  const Plan plan = make_plan(graph, options, [&](const PlannedWeight& weight) {
    return request["errors"][weight.tensor].get<double>();
  });
  json out = {{"weights", json::array()}, {"notes", plan.notes}};
  for (const PlannedWeight& weight : plan.weights) out["weights"].push_back(describe(weight));
  if (request.contains("out")) {
    rewrite(graph, plan, options,
            [&](const PlannedWeight& weight) { return zero_weight(weight, options.table); });
    ir::verify(graph);
    StagedOutput output(request["out"].get<std::string>(), true);
    ir::write_ir(graph, output, "model");
    output.commit();
  }
  return out;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    json out;
    try {
      out = answer(json::parse(line));
    } catch (const Exception& e) {
      out = {{"error", e.what()},
             {"kind", e.kind() == ErrorKind::bad_input ? "bad_input" : "other"}};
    }
    std::cout << out.dump() << std::endl;
  }
  return 0;
}
