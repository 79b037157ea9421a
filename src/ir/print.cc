#include "ir/print.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "ir/attribute_text.h"
#include "ir/schema.h"
#include "ir/text_constant.h"

namespace hearth::ir {
namespace {

bool is_bare(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '/' || c == '-';
  });
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\x{:02x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + '"';
}

std::string bare_or_quoted(std::string_view text) {
  return is_bare(text) ? std::string(text) : in_quotes(text);
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + in_quotes(text);
  return out;
}

std::string trees(const std::vector<RtInfo>& list) {
  std::string out;
  for (const RtInfo& tree : list) {
    out += (out.empty() ? "" : " ") + bare_or_quoted(tree.name) + "(";
    for (size_t i = 0; i < tree.attributes.size(); ++i)
      out += fmt::format("{}{}={}", i == 0 ? "" : ", ", bare_or_quoted(tree.attributes[i].first),
                         in_quotes(tree.attributes[i].second));
    out += ")";
    if (!tree.children.empty()) out += "{" + trees(tree.children) + "}";
  }
  return out;
}

std::string attribute_value(const AttrValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return in_quotes(*text);
  if (std::holds_alternative<std::vector<int64_t>>(value) ||
      std::holds_alternative<PartialShape>(value))
    return "[" + format_attribute(value) + "]";
  return format_attribute(value);
}

std::string type_of(const OutputInfo& info) {
  return fmt::format("{}[{}]", to_string(info.type), info.shape.to_string());
}

class Printer {
 public:
  Printer(const Graph& graph, const PrintOptions& options) : graph_(graph), options_(options) {}

  std::string print() {
    const std::vector<NodeId> order = graph_.topological_order();
    name_nodes(order);
    std::string out = "graph " + in_quotes(graph_.name);
    if (!graph_.rt_info.empty()) out += " rt_info{" + trees(graph_.rt_info) + "}";
    out += '\n';
    for (NodeId id : order) out += line(id) + '\n';
    return out;
  }

 private:
  // Friendly names need not be unique, the names of lines must.
  void name_nodes(const std::vector<NodeId>& order) {
    names_.resize(static_cast<size_t>(graph_.id_limit()));
    std::unordered_set<std::string> taken;
    for (NodeId id : order) {
      std::string name = graph_.node(id).name;
      if (taken.count(name) != 0) name = fmt::format("{}#{}", name, id);
      while (!taken.insert(name).second) name += '#';
      names_[static_cast<size_t>(id)] = std::move(name);
    }
  }

  std::string reference(Value value) const {
    if (!value) return "_";
    std::string out = "%" + bare_or_quoted(names_[static_cast<size_t>(value.node)]);
    if (value.port != 0) out += fmt::format(":{}", value.port);
    return out;
  }

  std::string line(NodeId id) const {
    const Node& node = graph_.node(id);
    std::string out = fmt::format("{} = {}", reference({id, 0}), to_string(node.op));
    if (node.op == Op::Const) {
      const OutputInfo& info = node.outputs[0];
      out += fmt::format(" {} {}", type_of(info),
                         format_values(info.type, shape_size(info.shape.to_shape()),
                                       info.shape.rank() == 0, node.data, options_.max_values));
    } else {
      out += inputs(node) + attributes(node) + types(node);
    }
    return out + notes(id);
  }

  std::string inputs(const Node& node) const {
    if (node.inputs.empty()) return {};
    std::string out;
    for (const Value& input : node.inputs) out += (out.empty() ? "(" : ", ") + reference(input);
    return out + ")";
  }

  static std::string attributes(const Node& node) {
    if (node.op == Op::Parameter) return {};  // its type says it all
    std::string out;
    for (const auto& [name, value] : node.attrs) {
      const auto& specs = schema(node.op).attributes;
      const auto spec =
          std::find_if(specs.begin(), specs.end(),
                       [&, &wanted = name](const auto& s) { return s.name == wanted; });
      if (spec != specs.end() && spec->fallback == value) continue;
      out += fmt::format("{}{}={}", out.empty() ? "" : ", ", name, attribute_value(value));
    }
    return out.empty() ? out : " {" + out + "}";
  }

  static std::string types(const Node& node) {
    if (node.op == Op::Result || node.op == Op::Assign) return {};
    std::string out;
    for (const OutputInfo& info : node.outputs) out += (out.empty() ? " : " : ", ") + type_of(info);
    return out;
  }

  std::string notes(NodeId id) const {
    const Node& node = graph_.node(id);
    std::string out;
    if (names_[static_cast<size_t>(id)] != node.name) out += " name(" + in_quotes(node.name) + ")";
    if (!node.version.empty()) out += " version(" + in_quotes(node.version) + ")";
    for (size_t i = 0; i < node.outputs.size(); ++i)
      if (!node.outputs[i].names.empty())
        out += fmt::format(" names{}({})", i == 0 ? "" : fmt::format(":{}", i),
                           quoted_list(node.outputs[i].names));
    if (!node.rt_info.empty()) out += " rt_info{" + trees(node.rt_info) + "}";
    for (const PortRtInfo& port : node.port_rt_info)
      out += fmt::format(" {}_rt_info:{}{{{}}}", port.is_output ? "out" : "in", port.port,
                         trees(port.items));
    return out;
  }

  const Graph& graph_;
  const PrintOptions& options_;
  std::vector<std::string> names_;  // by node id
};

}  // namespace

std::string print(const Graph& graph, const PrintOptions& options) {
  return Printer(graph, options).print();
}

}  // namespace hearth::ir
