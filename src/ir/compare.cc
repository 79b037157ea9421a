#include "ir/compare.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "ir/attribute_text.h"
#include "ir/schema.h"

namespace hearth::ir {
namespace {

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::string text_of(const Attributes& attrs) {
  std::vector<std::string> items;
  for (const auto& [name, value] : attrs) items.push_back(name + "=" + format_attribute(value));
  return fmt::format("{}", fmt::join(sorted(std::move(items)), " "));
}

bool same_data(const Bytes& a, const Bytes& b) {
  if (a.size() != b.size()) return false;
  const Bytes x = a.materialized(), y = b.materialized();
  return x.size() == 0 || x.data() == y.data() || std::memcmp(x.data(), y.data(), x.size()) == 0;
}

class Comparison {
 public:
  Comparison(const Graph& a, const Graph& b, const CompareOptions& options)
      : a_(a),
        b_(b),
        options_(options),
        to_b_(static_cast<size_t>(a.id_limit()), kNoNode),
        to_a_(static_cast<size_t>(b.id_limit()), kNoNode) {}

  std::string run() {
    if (options_.names) expect_same("the model's name", a_.name, b_.name);
    if (options_.rt_info && a_.rt_info != b_.rt_info) differ("the model's rt_info differs");
    pair_up("parameters", a_.parameters(), b_.parameters());
    pair_up("results", a_.results(), b_.results());
    expect_same("the number of sinks", a_.sinks().size(), b_.sinks().size());
    for (NodeId sink : a_.sinks()) {
      const std::string& variable = a_.node(sink).attrs.text("variable_id");
      const NodeId other = b_.find_variable(Op::Assign, variable);
      if (other == kNoNode) differ("the second does not assign `{}`", variable);
      pair(sink, other);
    }
    while (difference_.empty() && !work_.empty()) {
      const auto [x, y] = work_.back();
      work_.pop_back();
      compare(x, y);
    }
    return difference_;
  }

 private:
  template <typename... Args>
  void differ(fmt::format_string<Args...> format, Args&&... args) {
    if (difference_.empty()) difference_ = fmt::format(format, std::forward<Args>(args)...);
  }
  template <typename T>
  void expect_same(std::string_view what, const T& x, const T& y) {
    if (x != y) differ("{} is {} in the first and {} in the second", what, x, y);
  }

  void pair_up(const char* what, const std::vector<NodeId>& x, const std::vector<NodeId>& y) {
    expect_same(fmt::format("the number of {}", what), x.size(), y.size());
    for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) pair(x[i], y[i]);
  }

  void pair(NodeId x, NodeId y) {
    if (a_.node(x).op == Op::Const && b_.node(y).op == Op::Const) {
      work_.emplace_back(x, y);  // equal constants may be one node here and two there
      return;
    }
    NodeId& known_y = to_b_[static_cast<size_t>(x)];
    NodeId& known_x = to_a_[static_cast<size_t>(y)];
    if (known_y == y && known_x == x) return;
    if (known_y != kNoNode || known_x != kNoNode) {
      differ("{} of the first stands for more than one node, {} among them", describe(a_.node(x)),
             describe(b_.node(y)));
      return;
    }
    known_y = y;
    known_x = x;
    work_.emplace_back(x, y);
  }

  void compare(NodeId id_a, NodeId id_b) {
    const Node &x = a_.node(id_a), &y = b_.node(id_b);
    const std::string who = fmt::format("{} (second: {})", describe(x), describe(y));
    if (x.op != y.op) return differ("{} is another op", who);
    if (options_.names) expect_same(who + ": name", x.name, y.name);
    expect_same(who + ": version", x.version, y.version);
    expect_same(who + ": attributes", text_of(x.attrs), text_of(y.attrs));
    expect_same(who + ": number of inputs", x.inputs.size(), y.inputs.size());
    expect_same(who + ": number of outputs", x.outputs.size(), y.outputs.size());
    if (!difference_.empty()) return;
    for (size_t i = 0; i < x.outputs.size(); ++i)
      compare_outputs(who, i, x.outputs[i], y.outputs[i]);
    if (options_.rt_info && (x.rt_info != y.rt_info || x.port_rt_info != y.port_rt_info))
      differ("{}: rt_info differs", who);
    if (x.op == Op::Const && !same_data(x.data, y.data)) differ("{}: values differ", who);
    for (size_t i = 0; i < x.inputs.size(); ++i) {
      const Value in_a = x.inputs[i], in_b = y.inputs[i];
      if (in_a && in_b && in_a.port == in_b.port)
        pair(in_a.node, in_b.node);
      else if (in_a || in_b)
        differ("{}: input {} comes from another output, or from none", who, i);
    }
  }

  void compare_outputs(const std::string& who, size_t i, const OutputInfo& x, const OutputInfo& y) {
    const auto type = [](const OutputInfo& info) {
      return fmt::format("{}[{}]", to_string(info.type), info.shape.to_string());
    };
    const std::string what = fmt::format("{}: output {}", who, i);
    expect_same(what, type(x), type(y));
    if (options_.names)
      expect_same(what + " names", fmt::format("{}", fmt::join(sorted(x.names), ",")),
                  fmt::format("{}", fmt::join(sorted(y.names), ",")));
  }

  const Graph &a_, &b_;
  const CompareOptions& options_;
  std::vector<NodeId> to_b_, to_a_;
  std::vector<std::pair<NodeId, NodeId>> work_;
  std::string difference_;
};

}  // namespace

std::string difference(const Graph& a, const Graph& b, const CompareOptions& options) {
  return Comparison(a, b, options).run();
}

}  // namespace hearth::ir
