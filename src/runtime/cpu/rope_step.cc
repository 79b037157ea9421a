// RoPE on heads with tokens first, [B, T, H, D].
#include "base/error.h"
#include "kernels/rope/rope.h"
#include "runtime/cpu/step.h"

namespace hearth::runtime {
namespace {

class RopeStep : public Step {
 public:
  RopeStep(bool interleaved, const Settings& settings)
      : interleaved_(interleaved), settings_(settings), rope_(kernels::select_rope(settings.isa)) {}

  size_t planned_outputs() const override { return 1; }
  void output_shape(const StepContext& c, size_t, Shape& shape) const override {
    shape = input(c, 0).get_shape();
  }
  void run(StepContext& c) const override {
    const Tensor& x = input(c, 0);
    const Tensor& cos = input(c, 1);
    const Tensor& sin = input(c, 2);
    const Shape& s = x.get_shape();  // [B, T, H, D]
    const Shape& table = cos.get_shape();
    const auto batch = static_cast<int64_t>(s[0]), tokens = static_cast<int64_t>(s[1]);
    if (table.size() != 3 || sin.get_shape() != table || (table[0] != s[0] && table[0] != 1) ||
        table[1] != s[1])
      bad_input("RoPE `{}`: tables of shape {} do not fit heads of shape {}", name,
                table.to_string(), s.to_string());
    const int64_t width = static_cast<int64_t>(s[2] * s[3]);
    const auto rotary = static_cast<int64_t>(table[2]);
    const int64_t rows = batch * tokens;
    const int parts = rows * width < kShareFrom ? 1 : settings_.threads;
    float* out = output(c).data<float>();
    c.pool.run(parts, [&](int part) {
      const Range r = share(rows, part, parts);
      for (int64_t row = r.begin; row < r.end; ++row) {
        const int64_t at = (table[0] == 1 ? row % tokens : row) * rotary;
        rope_({.x = x.data<float>() + row * width,
               .x_stride = width,
               .cos = cos.data<float>() + at,
               .sin = sin.data<float>() + at,
               .table_stride = rotary,
               .rows = 1,
               .heads = static_cast<int64_t>(s[2]),
               .head_dim = static_cast<int64_t>(s[3]),
               .rotary_dim = rotary,
               .interleaved = interleaved_,
               .y = out + row * width,
               .y_stride = width});
      }
    });
  }
  std::string kernel() const override { return fmt::format("rope, {}", to_string(settings_.isa)); }

 private:
  bool interleaved_;
  Settings settings_;
  kernels::RopeFn rope_;
};

}  // namespace

std::unique_ptr<Step> make_rope(const BuildContext& context, const ir::Node& node,
                                std::string& refusal) {
  const PartialShape& shape = context.shape(node.inputs[0]);
  if (!node.attrs.flag("token_major")) refusal = "heads come before tokens";
  if (!context.is_rows(node.inputs[0], 4) || shape.rank() != 4 ||
      context.type(node.inputs[1]) != ElementType::f32)
    refusal = "the input is not f32 heads of a known size";
  if (!refusal.empty()) return nullptr;
  return std::make_unique<RopeStep>(node.attrs.flag("interleaved"), context.settings);
}

}  // namespace hearth::runtime
