// FullyConnected and EmbeddingLookup: rows of a weight that may be compressed.
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// W[n, k] = (decode(weight)[n, k] - zero_point[n, g]) * (scale[n, g] * tensor_scale), in f32.
class Weight {
 public:
  explicit Weight(Evaluation& e) : tensor_(e.input(1)) {
    const Shape& shape = tensor_.get_shape();
    rows = shape[0];
    columns = shape.size() == 3 ? shape[1] * shape[2] : shape[1];
    groups_ = shape.size() == 3 ? shape[1] : 1;
    if (e.has_input(2)) scales_ = e.floats(2);
    if (e.has_input(3)) zero_points_ = e.floats(3);
    if (e.has_input(4))
      for (float& scale : scales_) scale *= e.floats(4)[0];
    has_table_ = e.has_input(5);
    if (has_table_) table_ = e.floats(5);
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

}  // namespace

void eval_FullyConnected(Evaluation& e) {
  Tensor& out = e.output(0);
  const Weight weight(e);
  const std::vector<float> x = e.floats(0);
  std::vector<float> y(out.get_size());
  const size_t tokens = weight.rows == 0 ? 0 : y.size() / weight.rows;
  for (size_t n = 0; n < weight.rows; ++n) {
    const std::vector<float> w = weight.row(n);
    for (size_t t = 0; t < tokens; ++t) {
      double sum = 0;
      for (size_t k = 0; k < w.size(); ++k) sum += double{x[t * w.size() + k]} * double{w[k]};
      y[t * weight.rows + n] = static_cast<float>(sum);
    }
  }
  store(y, out);
}

void eval_EmbeddingLookup(Evaluation& e) {
  Tensor& out = e.output(0);
  const Weight weight(e);
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
