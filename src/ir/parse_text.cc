#include "ir/parse_text.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "ir/attribute_text.h"
#include "ir/schema.h"
#include "ir/text_constant.h"
#include "ir/text_scanner.h"

namespace hearth::ir {
namespace {

constexpr size_t kMaxValues = size_t{1} << 26;  // elements of a constant that are made in memory
constexpr int kMaxTreeDepth = 64;

const std::unordered_map<std::string, Op>& ops_by_name() {
  static const std::unordered_map<std::string, Op> table = {
#define HEARTH_OP(name) {std::string(to_string(Op::name)), Op::name},
#include "ir/ops.inc"
#undef HEARTH_OP
  };
  return table;
}

std::vector<std::string> split_words(const std::string& list) {
  std::vector<std::string> words;
  std::string word;
  for (char c : list + ",") {
    if (c == ',') {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else if (c != ' ' && c != '\t') {
      word += c;
    }
  }
  return words;
}

class LineParser {
 public:
  LineParser(std::string_view line, std::string where, Graph& graph,
             std::unordered_map<std::string, NodeId>& nodes)
      : in_(line, std::move(where)), graph_(graph), nodes_(nodes) {}

  void parse() {
    if (in_.at_end()) return;
    if (in_.accept("graph ")) {
      graph_.name = in_.name();
      if (in_.accept("rt_info{")) graph_.rt_info = trees(0);
    } else {
      node();
    }
    if (!in_.at_end()) in_.fail("something is left over");
  }

 private:
  void node() {
    in_.expect("%");
    const std::string name = in_.name();
    in_.expect("=");
    const std::string type = in_.name();
    const auto op = ops_by_name().find(type);
    if (op == ops_by_name().end()) in_.fail("there is no op {}", type);
    NodeId id = kNoNode;
    try {
      if (op->second == Op::Const) {
        id = constant(name);
      } else if (op->second == Op::Parameter) {
        id = parameter(name);
      } else {
        id = operation(op->second, name);
      }
    } catch (const Exception& e) {
      if (e.kind() == ErrorKind::bad_input && std::string_view(e.what()).starts_with(type))
        in_.fail("{}", e.what());  // from inference: say where
      throw;
    }
    notes(id);
    if (!nodes_.emplace(name, id).second) in_.fail("there are two nodes %{}", name);
  }

  NodeId constant(const std::string& name) {
    const OutputInfo type = output_type();
    if (!type.shape.is_static()) in_.fail("the shape of a constant cannot be dynamic");
    Bytes data = values(type.type, type.shape.to_shape());
    return graph_.add_constant(type.type, type.shape.to_shape(), std::move(data), name).node;
  }

  Bytes values(ElementType type, const Shape& shape) {
    const size_t elements = shape_size(shape);
    if (in_.accept("elided")) return zeros(byte_size(type, elements));
    std::optional<Bytes> out;
    if (in_.accept("hex(")) return from_hex(in_.until(')'));
    if (elements > kMaxValues) in_.fail("a constant of {} elements is too large", elements);
    if (in_.accept("splat(")) {
      out = splat_values(type, elements, in_.until(')'));
    } else if (in_.accept("random(")) {
      out = random(type, elements, split_words(in_.until(')')));
    } else {
      const auto words =
          in_.accept("[") ? split_words(in_.until(']')) : std::vector<std::string>{in_.word(" ")};
      if (words.size() != elements)
        in_.fail("{} values are given, but the constant has {}", words.size(), elements);
      out = values_from_words(type, words);
    }
    if (!out) in_.fail("these are no values of type {}", to_string(type));
    return std::move(*out);
  }

  static Bytes zeros(size_t size) {
    return {size, [size](const ByteSink& sink) {
              const std::vector<std::byte> piece(std::min<size_t>(size, 1 << 16), std::byte{0});
              for (size_t left = size; left > 0;) {
                const size_t now = std::min(left, piece.size());
                sink({piece.data(), now});
                left -= now;
              }
            }};
  }

  Bytes from_hex(const std::string& digits) const {
    std::vector<std::byte> data;
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
      const char pair[] = {digits[i], digits[i + 1], '\0'};
      char* end = nullptr;
      data.push_back(static_cast<std::byte>(std::strtoul(pair, &end, 16)));
      if (end != pair + 2) in_.fail("`{}` is not hexadecimal", pair);
    }
    return Bytes::copy_of(data);
  }

  std::optional<Bytes> random(ElementType type, size_t elements,
                              const std::vector<std::string>& arguments) const {
    std::vector<double> numbers;
    for (const std::string& word : arguments) {
      const auto number = parse_attribute(AttrKind::number, word);
      if (!number) in_.fail("`{}` is not a number", word);
      numbers.push_back(std::get<double>(*number));
    }
    if (numbers.size() != 1 && numbers.size() != 3)
      in_.fail("random takes a seed, or a seed and two ends");
    const auto seed = static_cast<uint64_t>(numbers[0]);
    if (numbers.size() == 1) return random_bits(type, elements, seed);
    return random_values(type, elements, seed, numbers[1], numbers[2]);
  }

  NodeId parameter(const std::string& name) {
    in_.expect(":");
    const OutputInfo type = output_type();
    return graph_.add(Op::Parameter, {}, {{"shape", type.shape}, {"element_type", type.type}}, name)
        .node;
  }

  NodeId operation(Op op, const std::string& name) {
    std::vector<Value> inputs;
    if (in_.accept("(")) {
      do inputs.push_back(input());
      while (in_.accept(","));
      in_.expect(")");
    }
    Attributes attrs;
    if (in_.accept("{")) {
      do attribute(schema(op), attrs);
      while (in_.accept(","));
      in_.expect("}");
    }
    const NodeId id = graph_.add(op, std::move(inputs), std::move(attrs), name).node;
    if (in_.accept(":")) check_types(graph_.node(id));
    return id;
  }

  Value input() {
    if (in_.accept("_")) return {};
    in_.expect("%");
    const std::string name = in_.name();
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) in_.fail("there is no node %{} before this line", name);
    Value value{found->second, 0};
    if (in_.accept(":")) value.port = static_cast<int32_t>(in_.integer());
    return value;
  }

  void attribute(const OpSchema& s, Attributes& attrs) {
    const std::string name = in_.name();
    const auto spec = std::find_if(s.attributes.begin(), s.attributes.end(),
                                   [&](const AttrSpec& a) { return a.name == name; });
    if (spec == s.attributes.end()) in_.fail("{} has no attribute {}", s.type, name);
    in_.expect("=");
    const std::string text = in_.next_is_quoted() ? in_.quoted()
                             : in_.accept("[")    ? in_.until(']')
                                                  : in_.word(",}");
    auto value = parse_attribute(spec->kind, text);
    if (!value) in_.fail("the attribute {} should be {}", name, kind_name(spec->kind));
    attrs.set(name, std::move(*value));
  }

  OutputInfo output_type() {
    const std::string name = in_.word("[");
    const auto type = parse_element_type(name);
    if (!type) in_.fail("`{}` is no element type", name);
    in_.expect("[");
    OutputInfo out;
    out.type = *type;
    out.shape = PartialShape::parse(in_.until(']'));
    return out;
  }

  void check_types(const Node& node) {
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (i > 0) in_.expect(",");
      const OutputInfo given = output_type(), &inferred = node.outputs[i];
      if (given.type != inferred.type || given.shape != inferred.shape)
        in_.fail("output {} is {}[{}] by inference, not {}[{}]", i, to_string(inferred.type),
                 inferred.shape.to_string(), to_string(given.type), given.shape.to_string());
    }
  }

  void notes(NodeId id) {
    Node& node = graph_.node(id);
    while (!in_.at_end()) {
      if (in_.accept("name(")) {
        node.name = in_.quoted();
        in_.expect(")");
      } else if (in_.accept("version(")) {
        node.version = in_.quoted();
        in_.expect(")");
      } else if (in_.accept("names")) {
        tensor_names(node);
      } else if (in_.accept("rt_info{")) {
        node.rt_info = trees(0);
      } else if (in_.accept("in_rt_info:")) {
        port_notes(node, false);
      } else if (in_.accept("out_rt_info:")) {
        port_notes(node, true);
      } else {
        in_.fail("this is no note of a node");
      }
    }
  }

  void tensor_names(Node& node) {
    const int64_t port = in_.accept(":") ? in_.integer() : 0;
    if (port < 0 || port >= std::ssize(node.outputs)) in_.fail("there is no output {}", port);
    in_.expect("(");
    do node.outputs[static_cast<size_t>(port)].names.push_back(in_.quoted());
    while (in_.accept(","));
    in_.expect(")");
  }

  void port_notes(Node& node, bool is_output) {
    const auto port = static_cast<int32_t>(in_.integer());
    in_.expect("{");
    node.port_rt_info.push_back({is_output, port, trees(0)});
  }

  // After the opening brace, up to and with the closing one.
  std::vector<RtInfo> trees(int depth) {
    if (depth > kMaxTreeDepth) in_.fail("rt_info is nested too deeply");
    std::vector<RtInfo> out;
    while (!in_.accept("}")) {
      RtInfo tree{in_.name(), {}, {}};
      in_.expect("(");
      while (!in_.accept(")")) {
        std::string key = in_.name();
        in_.expect("=");
        tree.attributes.emplace_back(std::move(key), in_.quoted());
        in_.accept(",");
      }
      if (in_.accept("{")) tree.children = trees(depth + 1);
      out.push_back(std::move(tree));
    }
    return out;
  }

  TextScanner in_;
  Graph& graph_;
  std::unordered_map<std::string, NodeId>& nodes_;
};

}  // namespace

Graph parse_text(std::string_view text, const std::string& source) {
  Graph graph;
  std::unordered_map<std::string, NodeId> nodes;
  for (int line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    LineParser(text.substr(0, end), fmt::format("{}:{}", source, line), graph, nodes).parse();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return graph;
}

}  // namespace hearth::ir
