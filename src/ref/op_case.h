// For tests: reads tests/golden/ops/*.txt (the format is described in tools/make_op_goldens.py) and
// builds the nodes it describes, telling inference as much or as little of the inputs as wanted.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "ref/ops/elements.h"

namespace hearth::ref {

inline constexpr const char* kOpCaseFiles[] = {"binary",    "compare",       "unary",  "convert",
                                               "reduce",    "normalisation", "matmul", "reshape",
                                               "broadcast", "slice",         "gather", "scatter"};

struct Input {
  Tensor tensor;
  bool constant;
};

struct OpCase {
  std::string where;  ///< file:line of its first line
  ir::Node node;      ///< op, version and attributes
  std::vector<Input> inputs;
  std::vector<Tensor> outputs;
  bool error = false;
};

inline std::vector<std::string> words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

inline ir::AttrValue parse_attribute(ir::AttrKind kind, const std::string& text) {
  using ir::AttrKind;
  switch (kind) {
    case AttrKind::boolean:
      return text == "true";
    case AttrKind::integer:
      return static_cast<int64_t>(std::stoll(text));
    case AttrKind::number:
      return std::stod(text);
    case AttrKind::element_type:
      return parse_element_type(text).value();
    case AttrKind::integers: {
      std::vector<int64_t> list;
      std::istringstream in(text);
      for (std::string item; std::getline(in, item, ',');) list.push_back(std::stoll(item));
      return list;
    }
    default:
      return text;
  }
}

inline ir::Node parse_node(const std::string& line) {
  const std::vector<std::string> parts = words(line);
  ir::Node node;
  node.op = ir::find_op(parts.at(0), parts.at(1)).value();
  node.name = "probe";
  if (parts[1] != ir::schema(node.op).version) node.version = parts[1];
  for (size_t i = 2; i < parts.size(); ++i) {
    const size_t equals = parts[i].find('=');
    const std::string name = parts[i].substr(0, equals);
    for (const ir::AttrSpec& spec : ir::schema(node.op).attributes)
      if (spec.name == name)
        node.attrs.set(name, parse_attribute(spec.kind, parts[i].substr(equals + 1)));
  }
  return node;
}

/// "f32[2] 1 2", or the hex of the bytes: "u4[3] x2103".
inline Tensor parse_tensor(const std::string& text) {
  const std::vector<std::string> parts = words(text);
  const size_t bracket = parts.at(0).find('[');
  const ElementType type = parse_element_type(parts[0].substr(0, bracket)).value();
  Tensor tensor(type, PartialShape::parse(parts[0].substr(bracket)).to_shape());
  const bool hex = parts.size() > 1 && parts[1].front() == 'x';
  if (hex) {
    auto* bytes = static_cast<uint8_t*>(tensor.data());
    for (size_t i = 0; i < tensor.get_byte_size(); ++i)
      bytes[i] = static_cast<uint8_t>(std::stoul(parts[1].substr(1 + 2 * i, 2), nullptr, 16));
  } else if (is_float(type)) {
    std::vector<double> values;
    for (size_t i = 1; i < parts.size(); ++i) values.push_back(std::strtod(parts[i].c_str(), {}));
    store(values, tensor);
  } else {
    std::vector<uint64_t> values;
    for (size_t i = 1; i < parts.size(); ++i)
      values.push_back(parts[i][0] == '-' ? static_cast<uint64_t>(std::stoll(parts[i]))
                                          : std::stoull(parts[i]));
    store(values, tensor);
  }
  return tensor;
}

inline std::vector<OpCase> read_cases(const std::string& name) {
  const std::string path = std::string(HEARTH_SOURCE_DIR) + "/tests/golden/ops/" + name + ".txt";
  std::ifstream file(path);
  if (!file) bad_input("cannot read {}", path);
  std::vector<OpCase> cases;
  bool inside = false;
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line[0] == '#') {
      inside = false;
    } else if (!inside) {
      cases.push_back({fmt::format("{}.txt:{}", name, number), parse_node(line), {}, {}, false});
      inside = true;
    } else if (line == "> error") {
      cases.back().error = true;
    } else if (line[0] == '>') {
      cases.back().outputs.push_back(parse_tensor(line.substr(1)));
    } else {
      cases.back().inputs.push_back({parse_tensor(line.substr(1)), line[0] == '!'});
    }
  }
  return cases;
}

/// How much of the inputs inference may know.
enum class Knowledge { as_written, sizes_unknown, ranks_unknown, values_unknown, nothing };

inline ir::Value add_input(ir::Graph& graph, const Input& input, Knowledge knowledge) {
  if (!input.tensor) return {};
  const Tensor& t = input.tensor;
  const bool values = knowledge != Knowledge::values_unknown && knowledge != Knowledge::nothing;
  if (input.constant && values) {
    const auto* bytes = static_cast<const std::byte*>(t.data());
    return graph.add_constant(t.get_element_type(), t.get_shape(),
                              Bytes::copy_of({bytes, t.get_byte_size()}));
  }
  PartialShape shape(t.get_shape());
  if (knowledge == Knowledge::sizes_unknown) shape = PartialShape::dynamic(shape.rank());
  if (knowledge == Knowledge::ranks_unknown || knowledge == Knowledge::nothing)
    shape = PartialShape::dynamic();
  return graph.add_parameter("x", t.get_element_type(), shape);
}

inline const ir::Node& build(ir::Graph& graph, const OpCase& c, Knowledge knowledge) {
  ir::Node node = c.node;
  for (const Input& input : c.inputs) node.inputs.push_back(add_input(graph, input, knowledge));
  const ir::NodeId id = graph.add_raw(std::move(node));
  graph.infer(id);
  return graph.node(id);
}

inline std::vector<Tensor> run(const ir::Node& node, const OpCase& c, States* states = nullptr) {
  std::vector<Tensor> inputs;
  for (const Input& input : c.inputs) inputs.push_back(input.tensor);
  return evaluate(node, inputs, states);
}

}  // namespace hearth::ref
