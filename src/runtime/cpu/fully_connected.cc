// FullyConnected, FullyConnectedGroup and GatedFullyConnected: rows of x times stored weights. The
// step that makes the logits computes only the rows asked for.
#include <array>

#include "base/error.h"
#include "ir/product_inputs.h"
#include "runtime/cpu/step.h"
#include "runtime/cpu/stored_products.h"

namespace hearth::runtime {
namespace {

class ProductsStep : public Step {
 public:
  ProductsStep(std::unique_ptr<StoredProducts> products, size_t planned, bool has_addend)
      : products_(std::move(products)), outputs_(planned), has_addend_(has_addend) {}

  size_t planned_outputs() const override { return outputs_; }

  void output_shape(const StepContext& c, size_t i, Shape& shape) const override {
    shape = input(c, 0).get_shape();
    if (shape.back() != static_cast<size_t>(products_->cols()))
      bad_input("{} `{}`: the input has {} columns, the weight {}", op, name, shape.back(),
                products_->cols());
    shape.back() = static_cast<size_t>(products_->rows(i));
  }

  void run(StepContext& c) const override {
    std::array<float*, StoredProducts::kMostProducts> y{};
    for (size_t i = 0; i < outputs_; ++i) y[i] = output(c, i).data<float>();
    StoredProducts::Run run;
    run.x = input(c, 0).data<float>();
    run.m = rows_of(input(c, 0));
    run.y = {y.data(), outputs_};
    run.addend = addend(c);
    products_->run(c, run);
  }
  std::string kernel() const override { return products_->kernel(); }
  int64_t scratch_floats(int64_t rows) const override { return products_->scratch_floats(rows); }
  std::optional<ProductWork> product_work() const override { return products_->work(false); }

 protected:
  int64_t rows_of(const Tensor& x) const {
    return products_->cols() == 0 ? 0 : static_cast<int64_t>(x.get_size()) / products_->cols();
  }
  const float* addend(const StepContext& c) const {
    if (!has_addend_) return nullptr;
    const Tensor& rows = input(c, ir::kAddend);
    if (rows.get_shape() != output(c).get_shape())
      bad_input("{} `{}`: the product has shape {}, but what is added to it {}", op, name,
                output(c).get_shape().to_string(), rows.get_shape().to_string());
    return rows.data<float>();
  }

  std::unique_ptr<StoredProducts> products_;
  size_t outputs_;
  bool has_addend_;
};

// The product that a result hands out, of all rows or of those that the batch names.
class LogitsStep : public ProductsStep {
 public:
  explicit LogitsStep(std::unique_ptr<StoredProducts> products)
      : ProductsStep(std::move(products), 1, false) {}

  size_t planned_outputs() const override { return 0; }
  int64_t scratch_floats(int64_t) const override { return products_->scratch_floats(1); }
  std::optional<ProductWork> product_work() const override { return products_->work(true); }

  void run(StepContext& c) const override {
    const bool selects = c.batch != nullptr && !c.batch->logit_rows.empty();
    StoredProducts::Run run;
    run.x = input(c, 0).data<float>();
    run.m = rows_of(input(c, 0));
    Shape& shape = c.shape;
    output_shape(c, 0, shape);
    if (selects) {
      run.selected = c.batch->logit_rows;
      shape.assign({1, run.selected.size(), static_cast<size_t>(products_->rows(0))});
    }
    // A tensor of its own: the caller may keep it past the next inference. The last one is used
    // again when nobody did.
    Tensor& logits = output(c);
    if (!logits.is_sole_owner()) logits = Tensor(ElementType::f32, shape);
    if (logits.get_shape() != shape) logits.set_shape(shape);
    float* y = logits.data<float>();
    run.y = {&y, 1};
    products_->run(c, run);
  }
};

bool has_addend(const ir::Node& node) {
  return node.op == ir::Op::FullyConnected && node.inputs.size() > ir::kAddend;
}

// The product that a result hands out, unless rows are added to it.
bool makes_logits(const ir::Graph& graph, const ir::Node& node) {
  if (node.op != ir::Op::FullyConnected || has_addend(node)) return false;
  for (ir::NodeId id : graph.results())
    if (&graph.node(graph.node(id).inputs[0]) == &node) return true;
  return false;
}

std::unique_ptr<Step> make_products(const BuildContext& context, const ir::Node& node, bool gated,
                                    std::string& refusal) {
  std::vector<std::string> refusals;
  auto products = StoredProducts::make(context, node, gated, refusal, refusals);
  if (products == nullptr) return nullptr;
  std::unique_ptr<Step> step;
  if (makes_logits(context.graph, node)) {
    step = std::make_unique<LogitsStep>(std::move(products));
  } else {
    step =
        std::make_unique<ProductsStep>(std::move(products), node.outputs.size(), has_addend(node));
  }
  step->refusals = std::move(refusals);
  return step;
}

}  // namespace

std::unique_ptr<Step> make_fully_connected(const BuildContext& context, const ir::Node& node,
                                           std::string& refusal) {
  if (has_addend(node) && !context.is_rows(node.inputs[ir::kAddend])) {
    refusal = "what is added to the product is not f32 rows";
    return nullptr;
  }
  return make_products(context, node, false, refusal);
}

std::unique_ptr<Step> make_fully_connected_group(const BuildContext& context, const ir::Node& node,
                                                 std::string& refusal) {
  return make_products(context, node, false, refusal);
}

std::unique_ptr<Step> make_gated_fully_connected(const BuildContext& context, const ir::Node& node,
                                                 std::string& refusal) {
  return make_products(context, node, true, refusal);
}

}  // namespace hearth::runtime
