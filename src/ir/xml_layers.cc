#include "ir/xml_layers.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

namespace hearth::ir {
namespace {

using Ids = std::vector<std::pair<int64_t, int32_t>>;  // sorted by id: (id, position)

std::optional<int64_t> integer_attribute(const pugi::xml_node& element, const char* name) {
  const std::string_view text = element.attribute(name).value();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<pugi::xml_node> ports_of(const pugi::xml_node& layer, const char* side) {
  std::vector<pugi::xml_node> ports;
  for (const auto& port : layer.child(side).children("port")) ports.push_back(port);
  return ports;
}

Ids port_ids(const XmlLayer& layer, const std::vector<pugi::xml_node>& ports) {
  Ids ids;
  ids.reserve(ports.size());
  for (size_t i = 0; i < ports.size(); ++i) {
    const auto id = integer_attribute(ports[i], "id");
    if (!id) layer.fail("the id `{}` of a port is not a number", ports[i].attribute("id").value());
    ids.emplace_back(*id, static_cast<int32_t>(i));
  }
  std::sort(ids.begin(), ids.end());
  for (size_t i = 1; i < ids.size(); ++i)
    if (ids[i].first == ids[i - 1].first) layer.fail("has two ports with the id {}", ids[i].first);
  return ids;
}

int32_t position_of(const XmlLayer& layer, const Ids& ids, int64_t id, const char* side) {
  const auto found = std::lower_bound(ids.begin(), ids.end(), std::pair(id, int32_t{0}));
  if (found == ids.end() || found->first != id)
    layer.fail("an edge names its {} port {}, which it does not have", side, id);
  return found->second;
}

// Reads and connects in one go; ids are only needed here.
class LayerReader {
 public:
  std::vector<XmlLayer> read(const pugi::xml_node& net) {
    for (const auto& xml : net.child("layers").children("layer")) add_layer(xml);
    for (const auto& edge : net.child("edges").children("edge")) connect(edge);
    return std::move(layers_);
  }

 private:
  void add_layer(const pugi::xml_node& xml) {
    XmlLayer layer;
    layer.xml = xml;
    layer.name = xml.attribute("name").value();
    layer.type = xml.attribute("type").value();
    layer.version = xml.attribute("version").value();
    const auto id = integer_attribute(xml, "id");
    if (!id) layer.fail("its id `{}` is not a number", xml.attribute("id").value());
    if (!by_id_.emplace(*id, layers_.size()).second)
      layer.fail("its id {} belongs to another layer too", *id);
    layer.input_ports = ports_of(xml, "input");
    layer.output_ports = ports_of(xml, "output");
    layer.inputs.resize(layer.input_ports.size());
    input_ids_.push_back(port_ids(layer, layer.input_ports));
    output_ids_.push_back(port_ids(layer, layer.output_ports));
    layers_.push_back(std::move(layer));
  }

  size_t layer_at(const pugi::xml_node& edge, const char* end) const {
    const auto id = integer_attribute(edge, end);
    const auto found = id ? by_id_.find(*id) : by_id_.end();
    if (found == by_id_.end())
      bad_input("an edge has {}=\"{}\", but there is no such layer", end,
                edge.attribute(end).value());
    return found->second;
  }

  int64_t port_at(const pugi::xml_node& edge, const char* end) const {
    const auto id = integer_attribute(edge, end);
    if (!id)
      bad_input("an edge has {}=\"{}\", which is not a number", end, edge.attribute(end).value());
    return *id;
  }

  void connect(const pugi::xml_node& edge) {
    const size_t from = layer_at(edge, "from-layer"), to = layer_at(edge, "to-layer");
    const int64_t from_id = port_at(edge, "from-port"), to_id = port_at(edge, "to-port");
    const int32_t from_port = position_of(layers_[from], output_ids_[from], from_id, "output");
    const int32_t to_port = position_of(layers_[to], input_ids_[to], to_id, "input");
    XmlLayer::Source& input = layers_[to].inputs[static_cast<size_t>(to_port)];
    if (input.layer != XmlLayer::Source::kNone)
      layers_[to].fail("two edges lead to its input {}", to_port);
    input = {from, from_port};
  }

  std::vector<XmlLayer> layers_;
  std::vector<Ids> input_ids_, output_ids_;  // per layer
  std::unordered_map<int64_t, size_t> by_id_;
};

enum class Mark : uint8_t { unseen, open, done };

// Depth first with a stack of its own: a file may be arbitrarily deep.
void visit(const std::vector<XmlLayer>& layers, size_t root, std::vector<Mark>& marks,
           std::vector<size_t>& order) {
  struct Frame {
    size_t layer, next_input;
  };
  if (marks[root] != Mark::unseen) return;
  std::vector<Frame> stack = {{root, 0}};
  marks[root] = Mark::open;
  while (!stack.empty()) {
    Frame& top = stack.back();
    if (top.next_input == layers[top.layer].inputs.size()) {
      marks[top.layer] = Mark::done;
      order.push_back(top.layer);
      stack.pop_back();
      continue;
    }
    const size_t input = layers[top.layer].inputs[top.next_input++].layer;
    if (input == XmlLayer::Source::kNone)
      layers[top.layer].fail("no edge leads to its input {}", top.next_input - 1);
    if (marks[input] == Mark::open)
      layers[input].fail("the edges through it form a cycle; the file is damaged");
    if (marks[input] == Mark::unseen) {
      marks[input] = Mark::open;
      stack.push_back({input, 0});
    }
  }
}

}  // namespace

std::string XmlLayer::describe() const {
  return fmt::format("layer `{}` ({}{}{})", name, type, version.empty() ? "" : " ", version);
}

std::vector<XmlLayer> read_layers(const pugi::xml_node& net) { return LayerReader().read(net); }

std::vector<size_t> layer_order(const std::vector<XmlLayer>& layers) {
  std::vector<Mark> marks(layers.size(), Mark::unseen);
  std::vector<size_t> order;
  for (size_t i = 0; i < layers.size(); ++i)
    if (layers[i].type == "Parameter") visit(layers, i, marks, order);
  for (size_t i = 0; i < layers.size(); ++i)
    if (layers[i].type == "Result" || layers[i].type == "Assign") visit(layers, i, marks, order);
  return order;
}

}  // namespace hearth::ir
