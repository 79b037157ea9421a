#include "runtime/plan.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "runtime/arena.h"

namespace hearth::runtime {
namespace {

using ir::Op;
using ir::Value;

class Planner {
 public:
  explicit Planner(Plan& plan) : plan_(plan) {}

  void make() {
    find_cache_layers();
    for (ir::NodeId id : plan_.graph.topological_order()) add_node(id);
    plan_lifetimes();
    plan_.arena_row_floats = place_in_arena(plan_.values);
    plan_.rows_independent = rows_are_independent();
  }

 private:
  void find_cache_layers() {
    for (ir::NodeId id : plan_.graph.topological_order()) {
      const ir::Node& node = plan_.graph.node(id);
      if (node.op != Op::CachedAttention) continue;
      plan_.key_variables.push_back(node.attrs.text("key_variable"));
      plan_.value_variables.push_back(node.attrs.text("value_variable"));
      plan_.kv_layouts.push_back(kv_layout(plan_.graph, node, plan_.settings));
    }
  }

  int add_value(Value source) {
    const ir::OutputInfo& info = plan_.graph.info(source);
    PlannedValue value;
    value.source = source;
    value.type = info.type;
    value.shape = info.shape;
    plan_.values.push_back(std::move(value));
    return index_[source] = static_cast<int>(plan_.values.size()) - 1;
  }

  void add_node(ir::NodeId id) {
    const ir::Node& node = plan_.graph.node(id);
    switch (node.op) {
      case Op::Const:
        return add_constant(id);
      case Op::Parameter:
        return add_parameter(id);
      case Op::Result:
        plan_.results.push_back(index_.at(node.inputs[0]));
        return;
      default:
        return add_step(id);
    }
  }

  void add_constant(ir::NodeId id) {
    ir::Node& node = plan_.graph.node(id);
    node.data = node.data.materialized();
    PlannedValue& value = plan_.values[static_cast<size_t>(add_value({id, 0}))];
    if (value.type == ElementType::string) return;
    value.constant = Tensor(value.type, value.shape.to_shape(),
                            const_cast<std::byte*>(node.data.data()), node.data.owner());
  }

  void add_parameter(ir::NodeId id) {
    const int index = add_value({id, 0});
    plan_.parameters.push_back(index);
    const ir::Node& node = plan_.graph.node(id);
    plan_.inputs[node.name] = index;
    for (const std::string& name : node.outputs[0].names) plan_.inputs[name] = index;
  }

  void add_step(ir::NodeId id) {
    const ir::Node& node = plan_.graph.node(id);
    const BuildContext context{plan_.graph, plan_.settings, plan_.key_variables};
    std::unique_ptr<Step> step = make_step(context, node);
    for (Value input : node.inputs) step->inputs.push_back(input ? index_.at(input) : -1);
    for (size_t port = 0; port < node.outputs.size(); ++port) {
      const Value output{id, static_cast<int32_t>(port)};
      const int index = add_value(output);
      step->outputs.push_back(index);
      if (port < step->planned_outputs() && !feeds_result(output))
        plan_.values[static_cast<size_t>(index)].row_floats = row_floats(node.outputs[port].shape);
    }
    if (node.op == Op::FullyConnected || node.op == Op::FullyConnectedGroup ||
        node.op == Op::GatedFullyConnected)
      for (size_t i = 1; i < node.inputs.size(); ++i)
        if (node.inputs[i] && plan_.graph.is(node.inputs[i], Op::Const))
          plan_.weight_bytes += plan_.graph.node(node.inputs[i]).data.size();
    if (const auto work = step->product_work()) plan_.products.push_back(*work);
    plan_.steps.push_back(std::move(step));
  }

  // Results outlive the inference; they get memory of their own.
  bool feeds_result(Value value) const {
    return std::any_of(plan_.graph.results().begin(), plan_.graph.results().end(),
                       [&](ir::NodeId id) { return plan_.graph.node(id).inputs[0] == value; });
  }

  // Floats per token of [B, T, fixed...]; 0 when the shape is not of that kind.
  static int64_t row_floats(const PartialShape& shape) {
    if (!shape.rank_is_static() || shape.rank() < 3) return 0;
    int64_t product = 1;
    for (size_t i = 2; i < shape.rank(); ++i) {
      if (!shape[i].is_static()) return 0;
      product *= shape[i].get_length();
    }
    return product;
  }

  void plan_lifetimes() {
    // The value whose memory a view shows.
    std::vector<int> roots(plan_.values.size());
    for (size_t i = 0; i < roots.size(); ++i) roots[i] = static_cast<int>(i);
    for (size_t s = 0; s < plan_.steps.size(); ++s) {
      const Step& step = *plan_.steps[s];
      for (int input : step.inputs)
        if (input >= 0) value(roots[static_cast<size_t>(input)]).last_step = static_cast<int>(s);
      for (int output : step.outputs) {
        value(output).first_step = value(output).last_step = static_cast<int>(s);
        if (step.is_view())
          roots[static_cast<size_t>(output)] = roots[static_cast<size_t>(step.inputs[0])];
      }
    }
    // A view of an arena value that is handed out as a result keeps it alive to the end.
    for (int result : plan_.results)
      value(roots[static_cast<size_t>(result)]).last_step = static_cast<int>(plan_.steps.size());
  }

  PlannedValue& value(int index) { return plan_.values[static_cast<size_t>(index)]; }

  // Reductions over anything but the last axis of rows mix tokens (the longest position of a
  // dynamic rotary embedding, for one).
  bool rows_are_independent() const {
    for (const auto& step : plan_.steps) {
      const bool reduces = step->op.rfind("Reduce", 0) == 0 || step->op == "CumSum";
      if (!reduces || step->inputs[0] < 0) continue;
      const PartialShape& in = plan_.values[static_cast<size_t>(step->inputs[0])].shape;
      const PartialShape& out = plan_.values[static_cast<size_t>(step->outputs[0])].shape;
      const bool last_only = in.rank_is_static() && out.rank_is_static() && in.rank() >= 3 &&
                             out.rank() == in.rank() && out[out.rank() - 1] == Dimension(1);
      if (!last_only) return false;
    }
    return true;
  }

  Plan& plan_;
  std::map<Value, int> index_;
};

}  // namespace

std::shared_ptr<const Plan> make_plan(const ir::Graph& graph, const Settings& settings) {
  auto plan = std::make_shared<Plan>();
  plan->graph = graph;
  plan->settings = settings;
  plan->passes = passes::run_passes(plan->graph, passes::PassOptions::from_environment());
  Planner(*plan).make();
  return plan;
}

namespace {

// Besides weights and cache a forward pass takes activations, which grow with its token rows, and
// scratch, which the largest step decides. Prompts are cut into passes, of 512 rows unless the
// scheduler's configuration says otherwise.
std::string explain_memory(const Plan& plan) {
  const auto scratch = [&](int64_t rows) {
    int64_t most = 0;
    for (const auto& step : plan.steps) most = std::max(most, step->scratch_floats(rows));
    return most;
  };
  std::string out = "memory: weights are used where they are mapped\n";
  for (const int64_t rows : {1, 512})
    out += fmt::format(
        "  a pass of {:>3} rows: {:.2f} MB of activations, {:.2f} MB of scratch for products\n",
        rows, static_cast<double>(plan.arena_row_floats * rows) * sizeof(float) / 1e6,
        static_cast<double>(scratch(rows)) * sizeof(float) / 1e6);
  return out;
}

}  // namespace

std::string explain(const Plan& plan) {
  std::string out = fmt::format("processor: {}\n", describe_cpu());
  for (const auto& [name, value] : plan.settings.as_set)
    if (!value.empty()) out += fmt::format("  {} = {}\n", name, value);
  out += "passes:\n";
  for (const passes::PassReport& pass : plan.passes)
    out += fmt::format("  {:<18} {:>8.0f} us  {}\n", pass.name, pass.microseconds,
                       pass.skipped   ? "switched off"
                       : pass.changed ? "changed the graph"
                                      : "nothing to do");
  out += fmt::format("steps: {}\n", plan.steps.size());
  for (const auto& step : plan.steps) {
    out += fmt::format("  {:<20} {:<28} {}\n", step->op, step->kernel(), step->name);
    for (const std::string& refusal : step->refusals) out += fmt::format("      not {}\n", refusal);
  }
  out += explain_memory(plan);
  if (plan.cached()) {
    size_t bytes = 0;
    for (const kernels::KvLayout& layout : plan.kv_layouts) bytes += layout.bytes();
    out += fmt::format("cache: {} layers, {}, {} bytes a token, blocks of {} tokens\n",
                       plan.kv_layouts.size(), to_string(plan.kv_layouts[0].type),
                       bytes / kernels::kBlockTokens, kernels::kBlockTokens);
  }
  return out;
}

}  // namespace hearth::runtime
