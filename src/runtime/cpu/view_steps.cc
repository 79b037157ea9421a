// Reshape of rows by a constant pattern: the same memory under another shape.
#include "base/decode.h"
#include "base/error.h"
#include "runtime/cpu/step.h"

namespace hearth::runtime {
namespace {

class ReshapeStep : public Step {
 public:
  ReshapeStep(std::vector<int64_t> pattern, bool special_zero)
      : pattern_(std::move(pattern)), special_zero_(special_zero) {}

  bool is_view() const override { return true; }
  void run(StepContext& c) const override {
    const Tensor& x = input(c, 0);
    Shape& shape = c.shape;
    shape.clear();
    size_t known = 1;
    size_t open = pattern_.size();
    for (size_t i = 0; i < pattern_.size(); ++i) {
      size_t size = static_cast<size_t>(pattern_[i]);
      if (pattern_[i] == 0 && special_zero_) size = x.get_shape()[i];
      if (pattern_[i] == -1) {
        open = i;
        size = 1;
      }
      known *= size;
      shape.push_back(size);
    }
    if (open < shape.size()) shape[open] = known == 0 ? 0 : x.get_size() / known;
    if (shape_size(shape) != x.get_size())
      bad_input("Reshape `{}`: {} does not fit {}", name, x.get_shape().to_string(),
                shape.to_string());
    output(c).set_view(x, shape);
  }
  std::string kernel() const override { return "view"; }

 private:
  std::vector<int64_t> pattern_;
  bool special_zero_;
};

}  // namespace

std::unique_ptr<Step> make_reshape_view(const BuildContext& context, const ir::Node& node,
                                        std::string& refusal) {
  const ir::Value pattern = node.inputs[1];
  if (!context.graph.is(pattern, ir::Op::Const) || !context.is_rows(node.inputs[0], 3)) {
    refusal = "the pattern is no constant, or the input is not f32 rows";
    return nullptr;
  }
  const ir::Node& constant = context.graph.node(pattern);
  std::vector<int64_t> values(shape_size(constant.outputs[0].shape.to_shape()));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = read_int(constant.outputs[0].type, constant.data.data(), i);
  const size_t rank = context.shape(node.inputs[0]).rank();
  int open = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == -1) ++open;
    const bool copies = values[i] == 0 && node.attrs.flag("special_zero");
    if (values[i] < -1 || open > 1 || (copies && i >= rank)) {
      refusal = "the pattern is not one that a view can follow";
      return nullptr;
    }
  }
  return std::make_unique<ReshapeStep>(std::move(values), node.attrs.flag("special_zero"));
}

}  // namespace hearth::runtime
