// hearth::inspect: what is in a model on disk, as JSON, and that JSON as text.
#include "hearth/inspect.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "formats/gguf.h"
#include "frontends/frontend.h"
#include "frontends/model_source.h"
#include "ir/schema.h"
#include "ir/xml_reader.h"

namespace fs = std::filesystem;

namespace hearth {
namespace {

using formats::Checkpoint;

// Keys of config.json that the families read, and those of transformers that have no bearing on
// inference.
const std::set<std::string> kKnownKeys = {"architectures",
                                          "model_type",
                                          "vocab_size",
                                          "hidden_size",
                                          "intermediate_size",
                                          "num_hidden_layers",
                                          "num_attention_heads",
                                          "num_key_value_heads",
                                          "head_dim",
                                          "rms_norm_eps",
                                          "tie_word_embeddings",
                                          "hidden_act",
                                          "max_position_embeddings",
                                          "rope_theta",
                                          "rope_scaling",
                                          "rope_parameters",
                                          "original_max_position_embeddings",
                                          "partial_rotary_factor",
                                          "attention_bias",
                                          "mlp_bias",
                                          "sliding_window",
                                          "use_sliding_window",
                                          "max_window_layers",
                                          "layer_types",
                                          "bos_token_id",
                                          "eos_token_id",
                                          "pad_token_id",
                                          "torch_dtype",
                                          "dtype",
                                          "transformers_version",
                                          "use_cache",
                                          "initializer_range",
                                          "attention_dropout",
                                          "pretraining_tp",
                                          "_name_or_path"};

Json tensors_json(const Checkpoint& tensors, bool list) {
  std::map<std::string, std::pair<size_t, size_t>> by_type;  // count, bytes
  size_t parameters = 0;
  Json all = Json::array();
  for (const auto& [name, tensor] : tensors.tensors()) {
    auto& [count, bytes] = by_type[std::string(to_string(tensor.type))];
    ++count;
    bytes += tensor.data.size();
    parameters += shape_size(tensor.shape);
    if (list)
      all.push_back({{"name", name},
                     {"type", std::string(to_string(tensor.type))},
                     {"shape", static_cast<const std::vector<size_t>&>(tensor.shape)}});
  }
  Json types = Json::object();
  for (const auto& [type, sums] : by_type)
    types[type] = {{"tensors", sums.first}, {"bytes", sums.second}};
  Json out = {{"parameters", parameters},
              {"tensors", tensors.tensors().size()},
              {"types", std::move(types)}};
  if (list) out["list"] = std::move(all);
  return out;
}

Json inspect_folder(const fs::path& path, bool list) {
  const frontends::ModelSource source = frontends::open_model_source(path);
  const std::string type = source.config.value("model_type", "");
  const std::vector<std::string> known = frontends::known_model_types();
  Json unread = Json::array();
  for (const auto& [key, value] : source.config.items())
    if (kKnownKeys.count(key) == 0) unread.push_back(key);
  return {{"kind", "Hugging Face folder"},
          {"model_type", type},
          {"supported", std::find(known.begin(), known.end(), type) != known.end()},
          {"config", source.config},
          {"config_keys_not_read", std::move(unread)},
          {"weights", tensors_json(source.tensors, list)}};
}

// A metadata value, long lists cut to their length.
Json gguf_json(const formats::GgufValue& value) {
  return std::visit(
      [](const auto& v) -> Json {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>) {
          return v.size() > 200 ? v.substr(0, 200) + "..." : v;
        } else if constexpr (std::is_arithmetic_v<T>) {
          return v;
        } else {
          if (v.size() > 16) return fmt::format("list of {}", v.size());
          Json out = Json::array();
          for (const auto& item : v) out.push_back(item);
          return out;
        }
      },
      value);
}

Json inspect_gguf(const fs::path& path, bool list) {
  const formats::Gguf gguf = formats::open_gguf(path);
  Json metadata = Json::object();
  for (const auto& [key, value] : gguf.metadata) metadata[key] = gguf_json(value);
  return {{"kind", "GGUF"},
          {"version", gguf.version},
          {"metadata", std::move(metadata)},
          {"weights", tensors_json(gguf.tensors, list)}};
}

Json rt_info_json(const ir::RtInfo& info) {
  Json out = Json::object();
  for (const auto& [key, value] : info.attributes) out[key] = value;
  for (const ir::RtInfo& child : info.children) {
    std::string name = child.name;
    for (const auto& [key, value] : child.attributes)
      if (key == "name") name = value;
    out[name] = rt_info_json(child);
  }
  // <x value="v"/> is x: v.
  if (out.size() == 1 && out.contains("value")) return out["value"];
  return out;
}

Json inspect_ir(const fs::path& xml, bool list) {
  const ir::Graph graph = ir::read_ir(xml);
  const auto port = [](const std::string& name, const ir::OutputInfo& info) {
    return Json{{"name", info.names.empty() ? name : info.names.front()},
                {"type", std::string(to_string(info.type))},
                {"shape", "[" + info.shape.to_string() + "]"}};
  };
  Json inputs = Json::array(), outputs = Json::array(), ops = Json::object();
  for (const ir::NodeId id : graph.parameters())
    inputs.push_back(port(graph.node(id).name, graph.node(id).outputs[0]));
  for (const ir::NodeId id : graph.results())
    outputs.push_back(port(graph.node(id).name, graph.info(graph.node(id).inputs[0])));
  std::map<std::string, size_t> counts;
  Checkpoint constants;
  size_t variables = 0;
  for (const ir::NodeId id : graph.topological_order()) {
    const ir::Node& node = graph.node(id);
    ++counts[std::string(ir::to_string(node.op))];
    if (node.op == ir::Op::ReadValue) ++variables;
    if (node.op != ir::Op::Const || node.outputs[0].type == ElementType::string) continue;
    const std::string name =
        constants.find(node.name) == nullptr ? node.name : fmt::format("{}#{}", node.name, id);
    constants.add({name, node.outputs[0].type, node.outputs[0].shape.to_shape(), node.data, ""});
  }
  for (const auto& [op, count] : counts) ops[op] = count;
  Json origin = Json::object();
  for (const ir::RtInfo& info : graph.rt_info) origin[info.name] = rt_info_json(info);
  return {{"kind", "OpenVINO IR"},         {"inputs", std::move(inputs)},
          {"outputs", std::move(outputs)}, {"variables", variables},
          {"ops", std::move(ops)},         {"constants", tensors_json(constants, list)},
          {"rt_info", std::move(origin)}};
}

Json inspect_json(const fs::path& path, bool list) {
  if (!fs::exists(path)) bad_input("{}: does not exist", path.string());
  if (fs::is_directory(path))
    return fs::exists(path / "openvino_model.xml") ? inspect_ir(path / "openvino_model.xml", list)
                                                   : inspect_folder(path, list);
  const std::string extension = path.extension().string();
  if (extension == ".xml") return inspect_ir(path, list);
  if (extension == ".gguf") return inspect_gguf(path, list);
  if (extension == ".safetensors")
    return {{"kind", "safetensors"},
            {"weights", tensors_json(formats::open_safetensors(path), list)}};
  bad_input("{}: is no folder, .xml, .gguf or .safetensors file", path.string());
}

// Keys and values, nested ones indented; short lists on one line.
void append_text(const Json& value, size_t indent, std::string& out) {
  for (const auto& [key, item] : value.items()) {
    out += std::string(indent, ' ') + key + ":";
    const bool nested = item.is_structured() && item.dump().size() > 72;
    if (!nested) {
      out += " " + (item.is_string() ? item.get<std::string>() : item.dump()) + "\n";
    } else if (item.is_object()) {
      out += "\n";
      append_text(item, indent + 2, out);
    } else {
      out += "\n";
      for (const Json& element : item) out += std::string(indent + 2, ' ') + element.dump() + "\n";
    }
  }
}

}  // namespace

std::string inspect(const fs::path& path, bool as_json, bool list_tensors) {
  const Json json = inspect_json(path, list_tensors);
  if (as_json) return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  std::string out;
  append_text(json, 0, out);
  return out;
}

}  // namespace hearth
