// The meaning of a product with a compressed weight: plain loops, sums in double.
#include "base/decode.h"
#include "kernels/matmul/matmul.h"

namespace hearth::kernels {
namespace {

const char* refuse(const WeightMatrix& weight, int64_t) { return refuse_weight(weight); }

int64_t scratch_floats(const WeightMatrix& weight) { return weight.cols; }

float element(ElementType type, const std::byte* data, int64_t index) {
  float value;
  decode_to_f32(type, data, static_cast<size_t>(index), 1, &value);
  return value;
}

void decode(const WeightMatrix& w, int64_t n, float* out) {
  decode_to_f32(w.type, w.data, static_cast<size_t>(n * w.cols), static_cast<size_t>(w.cols), out);
  if (w.table != nullptr)
    for (int64_t k = 0; k < w.cols; ++k) out[k] = w.looked_up(out[k]);
  if (w.scales == nullptr && w.zero_points == nullptr) return;
  const int64_t groups = w.cols / w.group;
  for (int64_t g = 0; g < groups; ++g) {
    const int64_t index = n * groups + g;
    float zero_point = 0.0f, scale = 1.0f;
    if (w.zero_points != nullptr)
      zero_point = element(w.zero_point_type, w.zero_points, w.zero_point_is_scalar ? 0 : index);
    if (w.scales != nullptr) scale = element(w.scale_type, w.scales, index) * w.tensor_scale;
    for (int64_t k = g * w.group; k < (g + 1) * w.group; ++k)
      out[k] = (out[k] - zero_point) * scale;
  }
}

void run(const MatmulArgs& a) {
  const int64_t cols = a.weight->cols;
  float* weights = a.scratch;  // [K]
  for (int64_t n = a.row_begin; n < a.row_end; ++n) {
    decode(*a.weight, n, weights);
    for (int64_t m = 0; m < a.m; ++m) {
      const float* x = a.x + m * a.x_stride;
      double sum = 0;
      for (int64_t k = 0; k < cols; ++k)
        sum += static_cast<double>(x[k]) * static_cast<double>(weights[k]);
      a.y[m * a.y_stride + n] = static_cast<float>(sum);
    }
  }
}

}  // namespace

const MatmulKernel& matmul_reference() {
  static constexpr MatmulKernel kernel = {
      "reference", Isa::scalar, ElementType::f32, refuse, scratch_floats, run, decode};
  return kernel;
}

}  // namespace hearth::kernels
