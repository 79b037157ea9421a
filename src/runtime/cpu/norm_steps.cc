// RMSNorm over the last axis.
#include "kernels/norm/norm.h"
#include "runtime/cpu/step.h"

namespace hearth::runtime {
namespace {

class RmsNormStep : public Step {
 public:
  RmsNormStep(std::vector<float> gamma, float epsilon, int64_t size, const Settings& settings)
      : gamma_(std::move(gamma)),
        epsilon_(epsilon),
        size_(size),
        settings_(settings),
        norm_(kernels::select_rms_norm(settings.isa)) {}

  size_t planned_outputs() const override { return 1; }
  void output_shape(const StepContext& c, size_t, Shape& shape) const override {
    shape = input(c, 0).get_shape();
  }
  void run(StepContext& c) const override {
    const Tensor& x = input(c, 0);
    const float* in = x.data<float>();
    float* out = output(c).data<float>();
    const int64_t rows = static_cast<int64_t>(x.get_size()) / size_;
    const int parts = rows * size_ < kShareFrom ? 1 : settings_.threads;
    c.pool.run(parts, [&](int part) {
      const Range r = share(rows, part, parts);
      norm_(in + r.begin * size_, size_, gamma_.empty() ? nullptr : gamma_.data(), epsilon_,
            r.end - r.begin, size_, out + r.begin * size_, size_);
    });
  }
  std::string kernel() const override {
    return fmt::format("rms_norm, {}", to_string(settings_.isa));
  }

 private:
  std::vector<float> gamma_;  // a copy: the constant may lie at any alignment
  float epsilon_;
  int64_t size_;
  Settings settings_;
  kernels::RmsNormFn norm_;
};

}  // namespace

std::unique_ptr<Step> make_rms_norm(const BuildContext& context, const ir::Node& node,
                                    std::string& refusal) {
  if (!context.is_rows(node.inputs[0], 1)) {
    refusal = "the input is not f32 rows of a known length";
    return nullptr;
  }
  const PartialShape& shape = context.shape(node.inputs[0]);
  const int64_t size = shape[shape.rank() - 1].get_length();
  std::vector<float> gamma;
  if (node.inputs.size() > 1 && node.inputs[1]) {
    gamma = float_constant(context.graph, node.inputs[1]);
    if (static_cast<int64_t>(gamma.size()) != size) {
      refusal = "gamma is no constant of as many elements as a row";
      return nullptr;
    }
  }
  return std::make_unique<RmsNormStep>(
      std::move(gamma), static_cast<float>(node.attrs.number("epsilon")), size, context.settings);
}

}  // namespace hearth::runtime
