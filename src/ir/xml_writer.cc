#include "ir/xml_writer.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "ir/attribute_text.h"
#include "ir/constant_writer.h"
#include "ir/schema.h"
#include "ir/xml_text.h"

namespace hearth::ir {
namespace {

// Sorted, a comma inside of a name escaped.
std::string joined_names(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ',';
    for (char c : name) {
      if (c == ',') out += '\\';
      out += c;
    }
  }
  return out;
}

bool is_xml_name(std::string_view name) {
  const auto letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' ||
                  c == '.';
         });
}

class GraphWriter {
 public:
  GraphWriter(const Graph& graph, FileWriter& xml, ConstantWriter& constants)
      : graph_(graph), xml_(xml), constants_(constants) {}

  void write() {
    const std::vector<NodeId> order = graph_.topological_order();
    layer_ids_.assign(static_cast<size_t>(graph_.id_limit()), -1);
    for (size_t i = 0; i < order.size(); ++i)
      layer_ids_[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
    xml_.open("net").attribute("name", graph_.name).attribute("version", "11");
    xml_.open("layers");
    for (NodeId id : order) write_layer(id);
    xml_.close("layers");
    xml_.open("edges");
    for (NodeId id : order) write_edges(id);
    xml_.close("edges");
    write_rt_info(graph_.rt_info);
    xml_.close("net");
  }

 private:
  void write_layer(NodeId id) {
    const Node& node = graph_.node(id);
    const OpSchema& s = schema(node.op);
    HEARTH_ASSERT(!s.internal(), describe(node) + " is of Hearth's own kind, which no IR has");
    xml_.open("layer").attribute("id", layer_ids_[static_cast<size_t>(id)]);
    xml_.attribute("name", node.name).attribute("type", s.type);
    xml_.attribute("version", node.version.empty() ? s.version : node.version);
    if (node.op == Op::Result && !node.outputs[0].names.empty())
      xml_.attribute("output_names", joined_names(node.outputs[0].names));
    write_attributes(node);
    if (!node.rt_info.empty()) write_rt_info(node.rt_info);
    if (!node.inputs.empty()) write_inputs(node);
    if (!node.outputs.empty() && node.op != Op::Result) write_outputs(node);
    xml_.close("layer");
  }

  void write_attributes(const Node& node) {
    if (node.attrs.size() == 0) return;
    xml_.open("data");
    for (const auto& [name, value] : node.attrs) {
      if (node.op == Op::Const && name == "shape") {
        const auto dims = std::get<PartialShape>(value).to_shape();
        xml_.attribute(name, fmt::format("{}", fmt::join(dims, ", ")));
      } else {
        xml_.attribute(name, format_attribute(value));
      }
    }
    if (node.op == Op::Const) {
      const auto place = constants_.write(node.data);
      xml_.attribute("offset", std::to_string(place.offset));
      xml_.attribute("size", std::to_string(place.size));
    }
    xml_.close("data");
  }

  void write_inputs(const Node& node) {
    xml_.open("input");
    for (size_t i = 0; i < node.inputs.size(); ++i)
      write_port(node, false, i, graph_.info(node.inputs[i]));
    xml_.close("input");
  }

  void write_outputs(const Node& node) {
    xml_.open("output");
    for (size_t i = 0; i < node.outputs.size(); ++i) write_port(node, true, i, node.outputs[i]);
    xml_.close("output");
  }

  // Ids count on from the inputs to the outputs.
  void write_port(const Node& node, bool is_output, size_t index, const OutputInfo& info) {
    HEARTH_ASSERT(!is_gguf_block(info.type), describe(node) + " has a type that no IR has");
    const size_t id = index + (is_output ? node.inputs.size() : 0);
    xml_.open("port").attribute("id", static_cast<int64_t>(id));
    xml_.attribute("precision", port_precision(info.type));
    if (is_output && !info.names.empty()) xml_.attribute("names", joined_names(info.names));
    if (info.shape.rank_is_static())
      for (const Dimension& d : info.shape)
        xml_.leaf("dim", std::to_string(d.is_static() ? d.get_length() : -1));
    for (const PortRtInfo& notes : node.port_rt_info)
      if (notes.is_output == is_output && notes.port == static_cast<int32_t>(index))
        write_rt_info(notes.items);
    xml_.close("port");
  }

  void write_edges(NodeId id) {
    const Node& node = graph_.node(id);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Value in = node.inputs[i];
      const size_t from_port = graph_.node(in).inputs.size() + static_cast<size_t>(in.port);
      xml_.open("edge").attribute("from-layer", layer_ids_[static_cast<size_t>(in.node)]);
      xml_.attribute("from-port", static_cast<int64_t>(from_port));
      xml_.attribute("to-layer", layer_ids_[static_cast<size_t>(id)]);
      xml_.attribute("to-port", static_cast<int64_t>(i));
      xml_.close("edge");
    }
  }

  void write_rt_info(const std::vector<RtInfo>& trees) {
    xml_.open("rt_info");
    for (const RtInfo& tree : trees) write_tree(tree);
    xml_.close("rt_info");
  }

  void write_tree(const RtInfo& tree) {
    const bool plain = is_xml_name(tree.name);
    const std::string tag = plain ? tree.name : "info";
    xml_.open(tag);
    if (!plain) xml_.attribute("name", tree.name);
    for (const auto& [name, value] : tree.attributes) xml_.attribute(name, value);
    for (const RtInfo& child : tree.children) write_tree(child);
    xml_.close(tag);
  }

  const Graph& graph_;
  XmlText xml_;
  ConstantWriter& constants_;
  std::vector<int64_t> layer_ids_;
};

uint64_t constant_bytes(const Graph& graph) {
  uint64_t total = 0;
  for (NodeId id = 0; id < graph.id_limit(); ++id)
    if (!graph.node(id).removed) total += graph.node(id).data.size();
  return total;
}

}  // namespace

void write_ir(const Graph& graph, const StagedOutput& output, const std::string& name,
              Progress* progress) {
  FileWriter bin(output.path(name + ".bin"));
  FileWriter xml(output.path(name + ".xml"));
  ConstantWriter constants(bin, constant_bytes(graph), progress);
  xml.write("<?xml version=\"1.0\"?>\n");
  GraphWriter(graph, xml, constants).write();
  bin.close();
  xml.close();
}

}  // namespace hearth::ir
