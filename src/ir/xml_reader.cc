#include "ir/xml_reader.h"

#include <algorithm>
#include <unordered_map>

#include "base/mapped_file.h"
#include "base/utf8.h"
#include "ir/attribute_text.h"
#include "ir/rt_info.h"
#include "ir/schema.h"
#include "ir/verify.h"
#include "ir/xml_constant.h"
#include "ir/xml_layers.h"

namespace fs = std::filesystem;

namespace hearth::ir {
namespace {

// The document takes up to 20 times the text; the largest real file known has 30 MB.
constexpr size_t kMaxXmlBytes = size_t{256} << 20;

// Hints that OpenVINO's tools leave on any op and that do not change what it computes.
constexpr std::string_view kHints[] = {"PrimitivesPriority", "primitives_priority", "alt_width"};

bool is_hint(std::string_view attribute) {
  return std::find(std::begin(kHints), std::end(kHints), attribute) != std::end(kHints);
}

// "a,b\,c" are the names `a` and `b,c`.
std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  names.emplace_back();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',') {
      names.back() += text[++i];
    } else if (text[i] == ',') {
      names.emplace_back();
    } else {
      names.back() += text[i];
    }
  }
  return names;
}

class GraphReader {
 public:
  GraphReader(const pugi::xml_node& net, const XmlWeights& weights)
      : net_(net), weights_(weights) {}

  Graph read() {
    read_version();
    layers_ = read_layers(net_);
    ids_.assign(layers_.size(), kNoNode);
    for (size_t i : layer_order(layers_)) ids_[i] = add(layers_[i]);
    graph_.name = net_.attribute("name").value();
    graph_.rt_info = read_rt_info(net_.child("rt_info"), "<net>");
    if (graph_.results().empty() && graph_.sinks().empty())
      bad_input("has no Result, so it computes nothing");
    graph_.infer_all();
    if (const std::string flaw = model_flaw(graph_); !flaw.empty()) bad_input("{}", flaw);
    return std::move(graph_);
  }

 private:
  void read_version() {
    const std::string version = net_.attribute("version").value();
    if (version != "10" && version != "11")
      bad_input("is an IR of version `{}`; versions 10 and 11 are supported", version);
    has_node_rt_info_ = version == "11";
  }

  NodeId add(const XmlLayer& layer) {
    Node node;
    node.op = op_of(layer);
    node.name = layer.name;
    if (layer.version != schema(node.op).version) node.version = layer.version;
    read_attributes(layer, node);
    if (node.op == Op::Const)
      node.data = constant_bytes(layer, node.attrs.get<ElementType>("element_type"),
                                 node.attrs.get<PartialShape>("shape"), weights_);
    for (const XmlLayer::Source& from : layer.inputs)
      node.inputs.push_back({ids_[from.layer], from.port});
    for (const pugi::xml_node& port : layer.output_ports)
      node.outputs.emplace_back().names = split_names(port.attribute("names").value());
    if (has_node_rt_info_) read_notes(layer, node);
    if (node.op == Op::Result) name_result(layer, node);
    return graph_.add_raw(std::move(node));
  }

  // Looking at all schemas for each of ten thousand layers would be what reading takes longest for.
  Op op_of(const XmlLayer& layer) {
    const auto [found, is_new] = ops_.try_emplace(layer.type + ' ' + layer.version);
    if (is_new) {
      bool known_type = false;
      const auto op = find_op(layer.type, layer.version, &known_type);
      if (!op || schema(*op).internal()) refuse(layer, known_type && !op);
      found->second = *op;
    }
    return found->second;
  }

  [[noreturn]] static void refuse(const XmlLayer& layer, bool known_type) {
    for (const char* body : {"body", "then_body", "else_body"})
      if (layer.xml.child(body))
        layer.fail("ops with a graph inside (Loop, TensorIterator, If) are not supported");
    if (known_type)
      layer.fail("the op {} is not known in the version `{}`", layer.type, layer.version);
    layer.fail("there is no op {} of {} in what Hearth supports", layer.type,
               layer.version.empty() ? "no version" : layer.version);
  }

  static void read_attributes(const XmlLayer& layer, Node& node) {
    const OpSchema& s = schema(node.op);
    for (const auto& attribute : layer.xml.child("data").attributes()) {
      const std::string name = attribute.name();
      const bool is_place = node.op == Op::Const && (name == "offset" || name == "size");
      if (is_place || is_hint(name)) continue;
      const auto spec = std::find_if(s.attributes.begin(), s.attributes.end(),
                                     [&](const AttrSpec& a) { return a.name == name; });
      if (spec == s.attributes.end())
        layer.fail("has the attribute {}=\"{}\", which Hearth does not know", name,
                   attribute.value());
      auto value = parse_attribute(spec->kind, attribute.value());
      if (!value)
        layer.fail("its attribute {}=\"{}\" should be {}", name, attribute.value(),
                   kind_name(spec->kind));
      node.attrs.set(name, std::move(*value));
    }
    if (node.op == Op::Const) check_attributes(node, node.attrs);  // the others before inference
  }

  static void read_notes(const XmlLayer& layer, Node& node) {
    node.rt_info = read_rt_info(layer.xml.child("rt_info"), layer.describe());
    const auto read_ports = [&](const std::vector<pugi::xml_node>& ports, bool is_output) {
      for (size_t i = 0; i < ports.size(); ++i) {
        auto items = read_rt_info(ports[i].child("rt_info"), layer.describe());
        if (!items.empty())
          node.port_rt_info.push_back({is_output, static_cast<int32_t>(i), std::move(items)});
      }
    };
    read_ports(layer.input_ports, false);
    read_ports(layer.output_ports, true);
  }

  // Outputs are addressed by the names of what they show, so a Result's own names join those.
  void name_result(const XmlLayer& layer, Node& result) {
    if (result.inputs.size() != 1) return;  // inference will say so
    Node& producer = graph_.node(result.inputs[0].node);
    const auto port = static_cast<size_t>(result.inputs[0].port);
    result.outputs.resize(1);
    result.outputs[0].names = split_names(layer.xml.attribute("output_names").value());
    for (const std::string& name : result.outputs[0].names) {
      auto& names = producer.outputs[port].names;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }

  const pugi::xml_node net_;
  const XmlWeights& weights_;
  bool has_node_rt_info_ = true;
  std::vector<XmlLayer> layers_;
  std::vector<NodeId> ids_;  // by position of the layer
  std::unordered_map<std::string, Op> ops_;
  Graph graph_;
};

// `text` is used up: the parser works in place.
Graph read_text(std::string text, const XmlWeights& weights, const std::string& source) {
  try {
    if (!is_utf8(text)) bad_input("is not UTF-8 text");
    pugi::xml_document document;
    const pugi::xml_parse_result result = document.load_buffer_inplace(
        text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!result)
      bad_input("is not well-formed XML: {} at byte {}", result.description(), result.offset);
    const pugi::xml_node net = document.child("net");
    if (!net) bad_input("is XML, but not an OpenVINO IR (it has no <net>)");
    return GraphReader(net, weights).read();
  } catch (const Exception& e) {
    throw_error(e.kind(), fmt::format("{}: {}", source, e.what()));
  }
}

}  // namespace

Graph parse_ir(std::string_view xml, const Bytes& weights, const std::string& source) {
  return read_text(std::string(xml), {weights, "its weights", false}, source);
}

Graph read_ir(const fs::path& xml, const fs::path& weights) {
  std::string text = read_text_file(xml, kMaxXmlBytes);
  XmlWeights opened;
  fs::path bin = weights;
  if (bin.empty()) bin = fs::path(xml).replace_extension(".bin");
  opened.name = bin.string();
  std::error_code error;
  opened.missing = weights.empty() && !fs::exists(bin, error);
  if (!opened.missing) {
    std::shared_ptr<const MappedFile> mapped = MappedFile::open(bin);
    const std::span<const std::byte> bytes = mapped->bytes();
    opened.bytes = Bytes(bytes, std::move(mapped));
  }
  return read_text(std::move(text), opened, xml.string());
}

}  // namespace hearth::ir
