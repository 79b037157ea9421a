// CachedAttention on the paged cache.
#include "base/error.h"
#include "kernels/attention/attention.h"
#include "runtime/cpu/step.h"

namespace hearth::runtime {
namespace {

class CachedAttentionStep : public Step {
 public:
  CachedAttentionStep(const kernels::AttentionArgs& args, size_t layer, const Settings& settings)
      : args_(args),
        layer_(layer),
        settings_(settings),
        kernel_(kernels::select_attention(args, settings.isa, &refusals)) {}

  size_t planned_outputs() const override { return 1; }
  void output_shape(const StepContext& c, size_t, Shape& shape) const override {
    const Shape& q = input(c, 0).get_shape();  // [B, T, H, D]
    shape.assign({q[0], q[1], q[2] * static_cast<size_t>(args_.layout.value_dim)});
  }
  void run(StepContext& c) const override {
    HEARTH_ASSERT(c.batch != nullptr && c.cache != nullptr, "attention ran without its cache");
    const auto& sequences = c.attention.of(*c.batch);
    kernels::AttentionArgs args = args_;
    args.layout.offset = c.cache->layer_offset(layer_);
    args.q = input(c, 0).data<float>();
    args.k = input(c, 1).data<float>();
    args.v = input(c, 2).data<float>();
    args.out = output(c).data<float>();
    args.sequences = sequences.data();
    args.sequence_count = static_cast<int64_t>(sequences.size());
    float* scratch = c.scratch.floats(kernel_.scratch_floats(args, settings_.threads));
    kernel_.run(args, c.pool, settings_.threads, scratch);
  }
  std::string kernel() const override { return kernel_.name; }

 private:
  kernels::AttentionArgs args_;
  size_t layer_;
  Settings settings_;
  const kernels::AttentionKernel& kernel_;
};

}  // namespace

namespace {

kernels::AttentionArgs attention_args(const ir::Graph& graph, const ir::Node& node,
                                      const Settings& settings) {
  const PartialShape& q = graph.info(node.inputs[0]).shape;
  const PartialShape& k = graph.info(node.inputs[1]).shape;
  const PartialShape& v = graph.info(node.inputs[2]).shape;
  kernels::AttentionArgs args;
  args.layout = {settings.kv_precision, k[2].get_length(), k[3].get_length(), v[3].get_length()};
  args.precision = settings.inference_precision;
  args.heads = q[2].get_length();
  args.layout.type = kernels::cache_type(args, settings.isa);
  return args;
}

}  // namespace

kernels::KvLayout kv_layout(const ir::Graph& graph, const ir::Node& attention,
                            const Settings& settings) {
  return attention_args(graph, attention, settings).layout;
}

std::unique_ptr<Step> make_cached_attention(const BuildContext& context, const ir::Node& node,
                                            std::string& refusal) {
  const std::string& variable = node.attrs.text("key_variable");
  size_t layer = 0;
  while (layer < context.cache_layers.size() && context.cache_layers[layer] != variable) ++layer;
  if (layer == context.cache_layers.size()) {
    refusal = "the model's states are plain tensors";
    return nullptr;
  }
  kernels::AttentionArgs args = attention_args(context.graph, node, context.settings);
  args.scale = static_cast<float>(node.attrs.number("scale"));
  args.window = node.attrs.integer("sliding_window");
  args.q_stride = args.heads * args.layout.key_dim;
  args.k_stride = args.layout.kv_heads * args.layout.key_dim;
  args.v_stride = args.layout.kv_heads * args.layout.value_dim;
  args.out_stride = args.heads * args.layout.value_dim;
  return std::make_unique<CachedAttentionStep>(args, layer, context.settings);
}

}  // namespace hearth::runtime
