#include "frontends/frontend.h"

#include "base/error.h"
#include "frontends/models/model.h"
#include "hearth/version.hpp"

namespace hearth::frontends {
namespace {

struct Family {
  const char* model_type;
  ir::Graph (*build)(const ModelSource&, const BuildOptions&);
};

constexpr Family kFamilies[] = {
#define HEARTH_MODEL(name) {#name, build_##name},
#include "frontends/models/models.inc"
#undef HEARTH_MODEL
};

ir::RtInfo leaf(std::string name, std::string value) {
  return {std::move(name), {{"value", std::move(value)}}, {}};
}

// How the model was made, and what other runtimes should know of it (optimum-intel's keys).
void record_origin(const ModelSource& source, ir::Graph& graph) {
  graph.rt_info.push_back(
      {"hearth",
       {},
       {leaf("version", kVersion), leaf("source", source.is_gguf() ? "gguf" : "safetensors")}});
  graph.rt_info.push_back({"conversion_parameters", {}, {leaf("framework", "hearth")}});
  graph.rt_info.push_back(
      {"runtime_options",
       {},
       {leaf("ACTIVATIONS_SCALE_FACTOR", "8.0"), leaf("KV_CACHE_PRECISION", "f16")}});
}

}  // namespace

std::vector<std::string> known_model_types() {
  std::vector<std::string> out;
  for (const Family& family : kFamilies) out.emplace_back(family.model_type);
  return out;
}

ir::Graph build_graph(const ModelSource& source, const BuildOptions& options) {
  const JsonObject config(source.config, source.config_name);
  const std::string type = config.text("model_type");
  for (const Family& family : kFamilies) {
    if (type != family.model_type) continue;
    ir::Graph graph = family.build(source, options);
    record_origin(source, graph);
    return graph;
  }
  bad_input("{} is `{}`; the families known are {}", config.name_of("model_type"), type,
            fmt::join(known_model_types(), ", "));
}

}  // namespace hearth::frontends
