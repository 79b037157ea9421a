// CachedAttention: causal attention over the cells that two variables keep between calls.
#include <algorithm>
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// The rows of a variable, in the order of the beams: [B, K, P, D].
struct Past {
  std::vector<float> values;
  size_t cells = 0;
};

Past read_past(Evaluation& e, const std::string& variable, size_t batch, size_t heads,
               size_t size) {
  const auto found = e.states().find(variable);
  const bool absent = found == e.states().end();
  const Shape shape = absent ? Shape{batch, heads, 0, size} : found->second.get_shape();
  if (shape.size() != 4 || shape[1] != heads || shape[3] != size)
    e.fail("variable `{}` has shape {}, but should be [batch,{},cells,{}]", variable,
           shape.to_string(), heads, size);
  if (!absent && !is_float(found->second.get_element_type()))
    e.fail("variable `{}` holds elements of type {}", variable,
           to_string(found->second.get_element_type()));
  std::vector<int64_t> beams;
  if (e.has_input(3))
    beams = e.ints(3);
  else
    for (size_t b = 0; b < batch; ++b) beams.push_back(static_cast<int64_t>(b));
  if (beams.size() != batch) e.fail("{} beam indices for a batch of {}", beams.size(), batch);
  Past past{{}, shape[2]};
  const size_t row = heads * past.cells * size;
  past.values.reserve(batch * row);
  for (int64_t b : beams) {
    if (b < 0 || b >= static_cast<int64_t>(shape[0]))
      e.fail("beam {} of variable `{}`, which has {} rows", b, variable, shape[0]);
    if (absent) continue;
    const std::vector<float> values = load<float>(found->second, static_cast<size_t>(b) * row, row);
    past.values.insert(past.values.end(), values.begin(), values.end());
  }
  return past;
}

/// The variable with the new cells, input `i` as [B, T, K, D], behind the past ones: [B,K,P+T,D].
Tensor append(Evaluation& e, size_t i, const Past& past) {
  const Shape& fresh = e.shape(i);
  const size_t batch = fresh[0], tokens = fresh[1], heads = fresh[2], size = fresh[3];
  const std::vector<float> x = e.floats(i);
  std::vector<float> all;
  all.reserve(past.values.size() + x.size());
  for (size_t b = 0; b < batch; ++b) {
    for (size_t h = 0; h < heads; ++h) {
      const auto old =
          past.values.begin() + static_cast<std::ptrdiff_t>((b * heads + h) * past.cells * size);
      all.insert(all.end(), old, old + static_cast<std::ptrdiff_t>(past.cells * size));
      for (size_t t = 0; t < tokens; ++t) {
        const auto cell =
            x.begin() + static_cast<std::ptrdiff_t>(((b * tokens + t) * heads + h) * size);
        all.insert(all.end(), cell, cell + static_cast<std::ptrdiff_t>(size));
      }
    }
  }
  Tensor out(ElementType::f32, {batch, heads, past.cells + tokens, size});
  store(all, out);
  return out;
}

/// Which cells of a sequence a query may attend to.
struct Reach {
  size_t window;              ///< 0: no limit
  std::vector<int64_t> mask;  ///< [B, cells] or empty
  size_t cells;

  bool sees(size_t b, size_t position, size_t cell) const {
    if (cell > position || (window > 0 && cell + window <= position)) return false;
    return mask.empty() || mask[b * cells + cell] != 0;
  }
};

Reach plan_reach(Evaluation& e, size_t batch, size_t cells) {
  Reach reach{static_cast<size_t>(e.attrs().integer("sliding_window")), {}, cells};
  if (!e.has_input(4)) return reach;
  if (e.shape(4) != Shape{batch, cells})
    e.fail("the attention mask has shape {}, but should be [{},{}]", e.shape(4).to_string(), batch,
           cells);
  reach.mask = e.ints(4);
  return reach;
}

}  // namespace

void eval_CachedAttention(Evaluation& e) {
  const Shape &q = e.shape(0), &k = e.shape(1), &v = e.shape(2);
  const size_t batch = q[0], tokens = q[1], heads = q[2], size = q[3], out_size = v[3];
  const std::string& key_variable = e.attrs().text("key_variable");
  const std::string& value_variable = e.attrs().text("value_variable");
  const Past past_keys = read_past(e, key_variable, batch, k[2], size);
  const Past past_values = read_past(e, value_variable, batch, k[2], out_size);
  if (past_keys.cells != past_values.cells)
    e.fail("variables `{}` and `{}` have {} and {} cells", key_variable, value_variable,
           past_keys.cells, past_values.cells);
  const Tensor keys = append(e, 1, past_keys), values = append(e, 2, past_values);
  const size_t past = past_keys.cells, cells = past + tokens;
  const Reach reach = plan_reach(e, batch, cells);
  Tensor& out = e.output(0);
  e.states()[key_variable] = keys;
  e.states()[value_variable] = values;

  const double scale = e.attrs().number("scale");
  const std::vector<float> qs = e.floats(0);
  const float *ks = keys.data<float>(), *vs = values.data<float>();
  std::vector<float> y(out.get_size());
  for (size_t n = 0; n < batch * tokens * heads; ++n) {
    const size_t b = n / (tokens * heads), t = n / heads % tokens, h = n % heads;
    const size_t row = (b * k[2] + h / (heads / k[2])) * cells;  // of the shared key head
    std::vector<double> weights(cells, -INFINITY);
    for (size_t c = 0; c < cells; ++c) {
      if (!reach.sees(b, past + t, c)) continue;
      double dot = 0;
      for (size_t i = 0; i < size; ++i)
        dot += double{qs[n * size + i]} * double{ks[(row + c) * size + i]};
      weights[c] = dot * scale;
    }
    const double largest = *std::max_element(weights.begin(), weights.end());
    if (largest == -INFINITY) continue;  // sees nothing: zeros
    double sum = 0;
    for (double& w : weights) sum += w = std::exp(w - largest);
    for (size_t i = 0; i < out_size; ++i) {
      double mixed = 0;
      for (size_t c = 0; c < cells; ++c)
        if (weights[c] != 0) mixed += weights[c] * double{vs[(row + c) * out_size + i]};
      y[n * out_size + i] = static_cast<float>(mixed / sum);
    }
  }
  store(y, out);
}

}  // namespace hearth::ref
