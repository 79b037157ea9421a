// Rotary embedding by plain loops, in double.
#include "kernels/rope/rope.h"

namespace hearth::kernels {
namespace {

// One pair: elements a and b with their entries of the tables.
void rotate(float& a, float& b, double cos_a, double sin_a, double cos_b, double sin_b) {
  const double old_a = a, old_b = b;
  a = static_cast<float>(old_a * cos_a - old_b * sin_a);
  b = static_cast<float>(old_b * cos_b + old_a * sin_b);
}

void rotate_head(const RopeArgs& args, const float* cos, const float* sin, float* y) {
  const int64_t half = args.rotary_dim / 2;
  for (int64_t j = 0; j < half; ++j) {
    if (args.interleaved) {
      rotate(y[2 * j], y[2 * j + 1], cos[j], sin[j], cos[j], sin[j]);
    } else {
      rotate(y[j], y[j + half], cos[j], sin[j], cos[j + half], sin[j + half]);
    }
  }
}

void run(const RopeArgs& args) {
  for (int64_t r = 0; r < args.rows; ++r) {
    for (int64_t h = 0; h < args.heads; ++h) {
      const float* x = args.x + r * args.x_stride + h * args.head_dim;
      float* y = args.y + r * args.y_stride + h * args.head_dim;
      for (int64_t i = 0; i < args.head_dim; ++i) y[i] = x[i];
      rotate_head(args, args.cos + r * args.table_stride, args.sin + r * args.table_stride, y);
    }
  }
}

}  // namespace

const RopeKernel& rope_reference() {
  static constexpr RopeKernel kernel = {"reference", Isa::scalar, run};
  return kernel;
}

}  // namespace hearth::kernels
