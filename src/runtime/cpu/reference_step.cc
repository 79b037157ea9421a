// The step of last resort: the reference op. Right for everything, fast for nothing; used for the
// handful of small ops around positions and shapes, and for ops that have no kernel yet.
#include "runtime/cpu/step.h"

namespace hearth::runtime {
namespace {

class ReferenceStep : public Step {
 public:
  explicit ReferenceStep(const ir::Node& node) : node_(node) { node_.data = {}; }

  void run(StepContext& c) const override {
    std::vector<Tensor> in;
    in.reserve(inputs.size());
    for (int index : inputs)
      in.push_back(index < 0 ? Tensor() : c.values[static_cast<size_t>(index)]);
    std::vector<Tensor> out = ref::evaluate(node_, in, c.states);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i] < 0) continue;
      // Reshape and its like hand on the memory of their input, which may be reused before the
      // output is read.
      const bool shares =
          i < out.size() && !in.empty() && out[i].get_size() > 0 && out[i].data() == in[0].data();
      output(c, i) = shares ? out[i].clone() : std::move(out[i]);
    }
  }
  std::string kernel() const override { return "reference"; }

 private:
  ir::Node node_;
};

}  // namespace

std::unique_ptr<Step> make_reference_step(const ir::Node& node) {
  return std::make_unique<ReferenceStep>(node);
}

}  // namespace hearth::runtime
