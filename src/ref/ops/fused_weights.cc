// FullyConnected and its kin, and EmbeddingLookup: rows of weights that may be compressed.
#include <cmath>

#include "ir/product_inputs.h"
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// W[n, k] = (decode(weight)[n, k] - zero_point[n, g]) * (scale[n, g] * tensor_scale), in f32, of
/// the weight that begins at input `first`.
class Weight {
 public:
  Weight(Evaluation& e, size_t first) : tensor_(e.input(first)) {
    const Shape& shape = tensor_.get_shape();
    rows = shape[0];
    columns = shape.size() == 3 ? shape[1] * shape[2] : shape[1];
    groups_ = shape.size() == 3 ? shape[1] : 1;
    if (e.has_input(first + ir::kScale)) scales_ = e.floats(first + ir::kScale);
    if (e.has_input(first + ir::kZeroPoint)) zero_points_ = e.floats(first + ir::kZeroPoint);
    if (e.has_input(first + ir::kTensorScale))
      for (float& scale : scales_) scale *= e.floats(first + ir::kTensorScale)[0];
    has_table_ = e.has_input(first + ir::kTable);
    if (has_table_) table_ = e.floats(first + ir::kTable);
  }

  std::vector<float> row(size_t n) const {
    std::vector<float> w = load<float>(tensor_, n * columns, columns);
    for (size_t k = 0; k < columns; ++k) {
      if (has_table_)
        w[k] = w[k] < static_cast<float>(table_.size()) ? table_[static_cast<size_t>(w[k])] : 0.0f;
      const size_t g = n * groups_ + k / (columns / groups_);
      if (!zero_points_.empty()) w[k] -= zero_points_[zero_points_.size() == 1 ? 0 : g];
      if (!scales_.empty()) w[k] *= scales_[g];
    }
    return w;
  }

  size_t rows;
  size_t columns;

 private:
  const Tensor& tensor_;
  size_t groups_;
  std::vector<float> scales_, zero_points_, table_;
  bool has_table_ = false;
};

/// x times the weight that begins at input `first`, plus its bias.
std::vector<float> product(Evaluation& e, size_t first) {
  const Weight weight(e, first);
  const std::vector<float> x = e.floats(0);
  const bool has_bias = e.has_input(first + ir::kBias);
  const std::vector<float> bias = has_bias ? e.floats(first + ir::kBias) : std::vector<float>();
  const size_t tokens = weight.columns == 0 ? 0 : x.size() / weight.columns;
  std::vector<float> y(tokens * weight.rows);
  for (size_t n = 0; n < weight.rows; ++n) {
    const std::vector<float> w = weight.row(n);
    for (size_t t = 0; t < tokens; ++t) {
      double sum = 0;
      for (size_t k = 0; k < w.size(); ++k) sum += double{x[t * w.size() + k]} * double{w[k]};
      y[t * weight.rows + n] = static_cast<float>(sum) + (has_bias ? bias[n] : 0.0f);
    }
  }
  return y;
}

}  // namespace

void eval_FullyConnected(Evaluation& e) {
  std::vector<float> y = product(e, ir::product_inputs(0));
  if (e.has_input(ir::kAddend)) {
    const std::vector<float> addend = e.floats(ir::kAddend);
    for (size_t i = 0; i < y.size(); ++i) y[i] += addend[i];
  }
  store(y, e.output(0));
}

void eval_FullyConnectedGroup(Evaluation& e) {
  for (size_t p = 0; p < e.node().outputs.size(); ++p)
    store(product(e, ir::product_inputs(p)), e.output(p));
}

void eval_GatedFullyConnected(Evaluation& e) {
  std::vector<float> y = product(e, ir::product_inputs(0));
  const std::vector<float> up = product(e, ir::product_inputs(1));
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = static_cast<float>(double{y[i]} * double{up[i]} / (1.0 + std::exp(-double{y[i]})));
  store(y, e.output(0));
}

void eval_EmbeddingLookup(Evaluation& e) {
  Tensor& out = e.output(0);
  const Weight weight(e, ir::product_inputs(0));
  std::vector<float> y;
  y.reserve(out.get_size());
  for (int64_t id : e.ints(0)) {
    if (id < 0 || id >= static_cast<int64_t>(weight.rows))
      e.fail("id {} is outside of a table of {} rows", id, weight.rows);
    const std::vector<float> row = weight.row(static_cast<size_t>(id));
    y.insert(y.end(), row.begin(), row.end());
  }
  store(y, out);
}

}  // namespace hearth::ref
