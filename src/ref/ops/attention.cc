// ScaledDotProductAttention: sums and softmax in double. A query that may see nothing gets zeros.
#include <algorithm>
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

Strides outer_strides(const Shape& shape, const Shape& batch) {
  const Shape outer(shape.begin(), shape.end() - 2);
  Strides s = broadcast_strides(outer, batch);
  for (size_t& step : s) step *= shape[shape.size() - 2] * shape.back();
  return s;
}

/// Additive mask: booleans become 0 and -infinity. Without one, a single 0.
std::vector<float> additive_mask(Evaluation& e) {
  const bool causal = e.attrs().flag("causal");
  if (!e.has_input(3) || causal) return {0.0f};
  std::vector<float> mask = e.floats(3);
  if (e.input(3).get_element_type() == ElementType::boolean)
    for (float& m : mask) m = m != 0 ? 0.0f : -INFINITY;
  return mask;
}

/// Turns scores into weights. `sink` is one more score, whose weight is dropped.
void softmax_row(std::vector<double>& row, double sink) {
  double largest = sink, sum = 0;
  for (double s : row) largest = std::max(largest, s);
  if (largest == -INFINITY) return row.assign(row.size(), 0.0);
  for (double& s : row) sum += s = std::exp(s - largest);
  sum += std::exp(sink - largest);
  for (double& s : row) s /= sum;
}

}  // namespace

void eval_ScaledDotProductAttention(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape &q = e.shape(0), &k = e.shape(1), &v = e.shape(2);
  const size_t queries = q[q.size() - 2], cells = k[k.size() - 2], size = q.back(),
               out_size = v.back();
  const bool causal = e.attrs().flag("causal");
  const double scale =
      e.has_input(4) ? e.floats(4).front() : 1.0 / std::sqrt(static_cast<double>(size));
  const std::vector<double> qs = load<double>(e.input(0)), ks = load<double>(e.input(1)),
                            vs = load<double>(e.input(2));
  const std::vector<float> mask = additive_mask(e);
  const Shape batch(out.get_shape().begin(), out.get_shape().end() - 2);
  Shape scores = batch;  // [..., queries, cells]
  scores.insert(scores.end(), {queries, cells});
  const bool masked = e.has_input(3) && !causal;
  const Strides mask_steps = broadcast_strides(masked ? e.shape(3) : Shape{}, scores);
  const Strides mask_outer(mask_steps.begin(), mask_steps.end() - 2);
  const size_t mask_row = mask_steps[batch.size()], mask_cell = mask_steps[batch.size() + 1];
  const std::vector<float> sinks = e.has_input(5) ? e.floats(5) : std::vector<float>{-INFINITY};
  Strides sink_steps = broadcast_strides(e.has_input(5) ? e.shape(5) : Shape{}, scores);
  sink_steps.resize(batch.size());

  std::vector<double> y(out.get_size());
  std::vector<double> row(cells);
  walk<5>(batch,
          {outer_strides(q, batch), outer_strides(k, batch), outer_strides(v, batch), mask_outer,
           sink_steps},
          [&](size_t n, const auto& at) {
            for (size_t t = 0; t < queries; ++t) {
              for (size_t c = 0; c < cells; ++c) {
                double dot = 0;
                for (size_t i = 0; i < size; ++i)
                  dot += qs[at[0] + t * size + i] * ks[at[1] + c * size + i];
                const double added = mask[at[3] + t * mask_row + c * mask_cell];
                row[c] = causal && c > t ? -INFINITY : dot * scale + added;
              }
              softmax_row(row, sinks[at[4]]);
              for (size_t i = 0; i < out_size; ++i) {
                double sum = 0;
                for (size_t c = 0; c < cells; ++c)
                  if (row[c] != 0) sum += row[c] * vs[at[2] + c * out_size + i];
                y[(n * queries + t) * out_size + i] = sum;
              }
            }
          });
  store(y, out);
}

}  // namespace hearth::ref
