// FullyConnected: rows of x times a stored weight. Kernels are chosen for few rows (decoding) and
// for many (prompts) when the model is compiled; where activations may be quantised and the weight
// is stored as integers, one kernel serves both. The step that makes the logits computes only the
// rows asked for.
#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "kernels/activation/activation.h"
#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/matmul/matmul.h"
#include "runtime/cpu/step.h"
#include "runtime/cpu/weight_matrix.h"

namespace hearth::runtime {
namespace {

constexpr int64_t kManyRows = 64;  // stands for a prompt when kernels are chosen

class FullyConnectedStep : public Step {
 public:
  FullyConnectedStep(const kernels::WeightMatrix& weight, const Settings& settings, bool is_head)
      : weight_(weight),
        settings_(settings),
        is_head_(is_head),
        int8_(settings.quantization_group == 0
                  ? nullptr
                  : kernels::select_int8_matmul(weight, settings.isa, &refusals)),
        few_(kernels::select_matmul(weight, 1, settings.isa,
                                    int8_ == nullptr ? &refusals : nullptr)),
        many_(kernels::select_matmul(weight, kManyRows, settings.isa)),
        activation_(kernels::select_activation(settings.isa)) {}

  bool planned_output() const override { return !is_head_; }

  Shape output_shape(const StepContext& c) const override {
    Shape shape = input(c, 0).get_shape();
    if (shape.back() != static_cast<size_t>(weight_.cols))
      bad_input("FullyConnected `{}`: the input has {} columns, the weight {}", name, shape.back(),
                weight_.cols);
    shape.back() = static_cast<size_t>(weight_.rows);
    return shape;
  }

  void run(StepContext& c) const override {
    const Tensor& x = input(c, 0);
    Tensor& y = output(c);
    const float* rows = x.data<float>();
    int64_t m = weight_.cols == 0 ? 0 : static_cast<int64_t>(x.get_size()) / weight_.cols;
    const bool rounds = int8_ == nullptr && settings_.inference_precision != ElementType::f32;
    const bool selects = is_head_ && c.batch != nullptr && !c.batch->logit_rows.empty();
    const int64_t selected = selects ? static_cast<int64_t>(c.batch->logit_rows.size()) : m;
    const auto& kernel = selected < kManyRows ? few_ : many_;
    const int64_t kernel_floats =
        int8_ != nullptr
            ? kernels::int8_matmul_scratch_floats(selected, weight_, *int8_, settings_.threads)
            : kernels::matmul_scratch_floats(weight_, kernel, settings_.threads);
    const int64_t copy_floats = selects || rounds ? selected * weight_.cols : 0;
    float* scratch = c.scratch.floats(kernel_floats + copy_floats + 16);
    float* copy = scratch + (kernel_floats + 15) / 16 * 16;
    if (selects) {
      rows = gather(rows, m, c.batch->logit_rows, copy);
      m = selected;
    }
    if (rounds) {
      (settings_.inference_precision == ElementType::bf16
           ? activation_.round_bf16
           : activation_.round_f16)(rows, m * weight_.cols, copy);
      rows = copy;
    }
    if (is_head_) {
      Shape shape = output_shape(c);
      if (selects) shape = {1, static_cast<size_t>(m), static_cast<size_t>(weight_.rows)};
      // A tensor of its own: the caller may keep it past the next inference.
      y = Tensor(ElementType::f32, shape);
    }
    if (int8_ != nullptr) {
      const kernels::Int8Product product{&weight_, y.data<float>(), weight_.rows};
      kernels::int8_matmul(rows, weight_.cols, m, settings_.quantization_group, {&product, 1},
                           *int8_, c.pool, settings_.threads, scratch);
    } else {
      kernels::matmul(rows, weight_.cols, m, weight_, kernel, y.data<float>(), weight_.rows, c.pool,
                      settings_.threads, scratch);
    }
  }

  std::string kernel() const override {
    if (int8_ != nullptr) return fmt::format("int8 {}", int8_->name);
    const std::string few = few_.name, many = many_.name;
    return few == many ? few : fmt::format("{} / {}", few, many);
  }

  std::optional<ProductWork> product_work() const override {
    const bool bf16 = std::string_view(many_.name).find("bf16") != std::string_view::npos;
    const Arithmetic arithmetic = int8_ != nullptr ? Arithmetic::int8
                                  : bf16           ? Arithmetic::bf16
                                                   : Arithmetic::f32;
    return ProductWork{arithmetic, weight_.rows * weight_.cols, is_head_};
  }

 private:
  const float* gather(const float* rows, int64_t m, const std::vector<int32_t>& wanted,
                      float* out) const {
    const auto bytes = static_cast<size_t>(weight_.cols) * sizeof(float);
    for (size_t i = 0; i < wanted.size(); ++i) {
      HEARTH_ASSERT(wanted[i] >= 0 && wanted[i] < m, "logits of a row that is not there");
      std::memcpy(out + static_cast<int64_t>(i) * weight_.cols, rows + wanted[i] * weight_.cols,
                  bytes);
    }
    return out;
  }

  kernels::WeightMatrix weight_;
  Settings settings_;
  bool is_head_;
  const kernels::Int8MatmulKernel* int8_;  // null: activations stay floats
  const kernels::MatmulKernel& few_;
  const kernels::MatmulKernel& many_;
  const kernels::ActivationKernels& activation_;
};

// The product that a result hands out.
bool feeds_result(const ir::Graph& graph, const ir::Node& node) {
  for (ir::NodeId id : graph.results())
    if (&graph.node(graph.node(id).inputs[0]) == &node) return true;
  return false;
}

}  // namespace

std::unique_ptr<Step> make_fully_connected(const BuildContext& context, const ir::Node& node,
                                           std::string& refusal) {
  if (!context.is_rows(node.inputs[0])) {
    refusal = "the input is not f32 rows of a known length";
    return nullptr;
  }
  const auto weight = weight_matrix(context.graph, node, 1, refusal);
  if (!weight) return nullptr;
  return std::make_unique<FullyConnectedStep>(*weight, context.settings,
                                              feeds_result(context.graph, node));
}

}  // namespace hearth::runtime
