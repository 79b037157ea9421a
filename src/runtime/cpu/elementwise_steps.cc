// Element by element on rows: SwiGLU, sums and products of equal shapes, and a vector added to
// every row.
#include "base/error.h"
#include "kernels/activation/activation.h"
#include "runtime/cpu/step.h"

namespace hearth::runtime {
namespace {

using BinaryFn = void (*)(const float*, const float*, int64_t, float*);

class BinaryStep : public Step {
 public:
  BinaryStep(BinaryFn function, std::string kernel, const Settings& settings)
      : function_(function), kernel_(std::move(kernel)), settings_(settings) {}

  size_t planned_outputs() const override { return 1; }
  void output_shape(const StepContext& c, size_t, Shape& shape) const override {
    if (input(c, 0).get_shape() != input(c, 1).get_shape())
      bad_input("{} `{}`: shapes {} and {} differ", op, name, input(c, 0).get_shape().to_string(),
                input(c, 1).get_shape().to_string());
    shape = input(c, 0).get_shape();
  }
  void run(StepContext& c) const override {
    const float* a = input(c, 0).data<float>();
    const float* b = input(c, 1).data<float>();
    float* y = output(c).data<float>();
    const auto count = static_cast<int64_t>(input(c, 0).get_size());
    const int parts = count < kShareFrom ? 1 : settings_.threads;
    c.pool.run(parts, [&](int part) {
      const Range r = share(count, part, parts, 64);
      function_(a + r.begin, b + r.begin, r.end - r.begin, y + r.begin);
    });
  }
  std::string kernel() const override {
    return fmt::format("{}, {}", kernel_, to_string(settings_.isa));
  }

 private:
  BinaryFn function_;
  std::string kernel_;
  Settings settings_;
};

// y[row] = x[row] + vector.
class AddVectorStep : public Step {
 public:
  AddVectorStep(std::vector<float> vector, bool vector_first, const Settings& settings)
      : vector_(std::move(vector)),
        size_(static_cast<int64_t>(vector_.size())),
        rows_input_(vector_first ? 1 : 0),
        settings_(settings),
        add_(kernels::select_activation(settings.isa).add) {}

  size_t planned_outputs() const override { return 1; }
  void output_shape(const StepContext& c, size_t, Shape& shape) const override {
    shape = input(c, rows_input_).get_shape();
  }
  void run(StepContext& c) const override {
    const Tensor& x = input(c, rows_input_);
    const float* in = x.data<float>();
    float* out = output(c).data<float>();
    const int64_t rows = static_cast<int64_t>(x.get_size()) / size_;
    const int parts = rows * size_ < kShareFrom ? 1 : settings_.threads;
    c.pool.run(parts, [&](int part) {
      const Range r = share(rows, part, parts);
      for (int64_t row = r.begin; row < r.end; ++row)
        add_(in + row * size_, vector_.data(), size_, out + row * size_);
    });
  }
  std::string kernel() const override {
    return fmt::format("add_vector, {}", to_string(settings_.isa));
  }

 private:
  std::vector<float> vector_;  // a copy: the constant may lie at any alignment
  int64_t size_;
  size_t rows_input_;
  Settings settings_;
  BinaryFn add_;
};

// Both inputs are rows whose shapes are equal as far as they are known.
bool equal_rows(const BuildContext& context, const ir::Node& node, std::string& refusal) {
  const bool fits = context.is_rows(node.inputs[0]) && context.is_rows(node.inputs[1]) &&
                    context.shape(node.inputs[0]) == context.shape(node.inputs[1]) &&
                    context.shape(node.inputs[0]).rank() >= 3;
  if (!fits) refusal = "the inputs are not f32 rows of one shape";
  return fits;
}

}  // namespace

std::unique_ptr<Step> make_swiglu(const BuildContext& context, const ir::Node& node,
                                  std::string& refusal) {
  if (!equal_rows(context, node, refusal)) return nullptr;
  return std::make_unique<BinaryStep>(kernels::select_activation(context.settings.isa).swiglu,
                                      "swiglu", context.settings);
}

std::unique_ptr<Step> make_add_rows(const BuildContext& context, const ir::Node& node,
                                    std::string& refusal) {
  if (!equal_rows(context, node, refusal)) return nullptr;
  return std::make_unique<BinaryStep>(kernels::select_activation(context.settings.isa).add, "add",
                                      context.settings);
}

std::unique_ptr<Step> make_multiply_rows(const BuildContext& context, const ir::Node& node,
                                         std::string& refusal) {
  if (!equal_rows(context, node, refusal)) return nullptr;
  return std::make_unique<BinaryStep>(kernels::select_activation(context.settings.isa).multiply,
                                      "multiply", context.settings);
}

std::unique_ptr<Step> make_add_vector(const BuildContext& context, const ir::Node& node,
                                      std::string& refusal) {
  for (const bool vector_first : {false, true}) {
    const ir::Value rows = node.inputs[vector_first ? 1 : 0];
    const ir::Value vector = node.inputs[vector_first ? 0 : 1];
    if (!context.is_rows(rows, 3)) continue;
    const PartialShape& shape = context.shape(rows);
    const PartialShape& have = context.shape(vector);
    std::vector<float> values = float_constant(context.graph, vector);
    if (values.empty() || have.rank() > shape.rank() || have.rank() == 0 ||
        have[have.rank() - 1] != shape[shape.rank() - 1] ||
        static_cast<int64_t>(values.size()) != shape[shape.rank() - 1].get_length())
      continue;
    return std::make_unique<AddVectorStep>(std::move(values), vector_first, context.settings);
  }
  refusal = "neither input is a constant vector as long as the rows";
  return nullptr;
}

}  // namespace hearth::runtime
