// RMSNorm, RoPE with its tables, and SwiGLU.
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {

void eval_RMSNorm(Evaluation& e) {
  Tensor& out = e.output(0);
  const size_t size = e.shape(0).back();
  const double epsilon = e.attrs().number("epsilon");
  std::vector<double> x = load<double>(e.input(0));
  const std::vector<double> gamma =
      e.has_input(1) ? load<double>(e.input(1)) : std::vector<double>(size, 1.0);
  for (size_t start = 0; start < x.size(); start += size) {
    double squares = 0;
    for (size_t i = 0; i < size; ++i) squares += x[start + i] * x[start + i];
    const double factor = 1.0 / std::sqrt(squares / static_cast<double>(size) + epsilon);
    for (size_t i = 0; i < size; ++i) x[start + i] *= factor * gamma[i];
  }
  store(x, out);
}

void eval_RoPE(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape &shape = e.shape(0), &table = e.shape(1);
  const bool interleaved = e.attrs().flag("interleaved");
  const bool token_major = e.attrs().flag("token_major");
  const size_t size = shape[3], tokens = table[1], rotated = table[2], half = rotated / 2;
  const std::vector<double> cos = load<double>(e.input(1)), sin = load<double>(e.input(2));
  std::vector<double> x = load<double>(e.input(0));
  for (size_t head = 0; size > 0 && head < x.size() / size; ++head) {
    const size_t b = head / (shape[1] * shape[2]);
    const size_t t = token_major ? head / shape[2] % shape[1] : head % shape[2];
    const size_t row = ((table[0] == 1 ? 0 : b) * tokens + t) * rotated;
    double* h = x.data() + head * size;
    for (size_t j = 0; j < half; ++j) {
      const size_t i = interleaved ? 2 * j : j, partner = interleaved ? 2 * j + 1 : j + half;
      const size_t other = interleaved ? j : j + half;  // table entry of the partner
      const double a = h[i], c = h[partner];
      h[i] = a * cos[row + j] - c * sin[row + j];
      h[partner] = c * cos[row + other] + a * sin[row + other];
    }
  }
  store(x, out);
}

void eval_RopeTables(Evaluation& e) {
  const std::vector<int64_t> positions = e.ints(0);
  const std::vector<float> frequencies = e.floats(1);
  const auto scale = static_cast<float>(e.attrs().number("scale"));
  std::vector<float> cos, sin;
  for (const int64_t position : positions)
    for (const float frequency : frequencies) {
      const double angle = static_cast<float>(position) * frequency;
      cos.push_back(static_cast<float>(std::cos(angle)) * scale);
      sin.push_back(static_cast<float>(std::sin(angle)) * scale);
    }
  store(cos, e.output(0));
  store(sin, e.output(1));
}

void eval_SwiGLU(Evaluation& e) {
  Tensor& out = e.output(0);
  std::vector<double> gate = load<double>(e.input(0));
  const std::vector<double> up = load<double>(e.input(1));
  for (size_t i = 0; i < gate.size(); ++i) gate[i] *= up[i] / (1.0 + std::exp(-gate[i]));
  store(gate, out);
}

}  // namespace hearth::ref
