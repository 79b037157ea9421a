// The definition, in plain loops.
#include <cmath>

#include "kernels/int8_matmul/affine_weights.h"
#include "kernels/int8_matmul/int8_matmul.h"

namespace hearth::kernels {
namespace {

CodeLayout layout(const WeightMatrix&, int64_t) { return {}; }

int64_t scratch_bytes(const WeightMatrix& w) {
  return affine_weights(w).groups * 2 * static_cast<int64_t>(sizeof(float));
}

int32_t code_at(const AffineWeights& view, int64_t row, int64_t segment, int64_t c) {
  const std::byte* codes = view.segment(row, segment);
  const int64_t byte = !view.is_nibbles ? c : (view.is_split ? c % 16 : c / 2);
  const int32_t value = static_cast<int32_t>(codes[byte]) ^ view.flip;
  if (!view.is_nibbles) return value;
  const bool high = view.is_split ? c >= 16 : c % 2 == 1;
  return high ? value >> 4 : value & 15;
}

void run(const Int8MatmulArgs& a) {
  const AffineWeights view = affine_weights(*a.weight);
  const CodedRows& x = *a.x;
  float* scale = reinterpret_cast<float*>(a.scratch);
  float* offset = scale + view.groups;
  for (int64_t n = a.row_begin; n < a.row_end; ++n) {
    read_affine(*a.weight, view, n, scale, offset, 1);
    for (int64_t t = 0; t < x.rows; ++t) {
      float y = 0;
      for (int64_t g = 0; g < view.groups; ++g) {
        float acc = 0;
        for (int64_t c = g * view.group; c < (g + 1) * view.group; c += x.span) {
          int32_t sum = 0;
          for (int64_t k = c; k < c + x.span; ++k) {
            const int64_t at = t * x.cols + k;
            sum += code_at(view, n, k / kSegment, k % kSegment) *
                   (x.over[at] * (1 << kOverBits) + x.codes[at]);
          }
          acc = std::fma(x.scales[t * x.spans() + c / x.span], static_cast<float>(sum), acc);
        }
        y = std::fma(scale[g], acc, y);
        y = std::fma(offset[g], x.sums[t * view.groups + g], y);
      }
      a.y[t * a.y_stride + n] = y;
    }
  }
}

}  // namespace

const Int8MatmulKernel& int8_matmul_reference() {
  static constexpr Int8MatmulKernel kernel = {"reference", Isa::scalar,   refuse_affine,
                                              layout,      scratch_bytes, run};
  return kernel;
}

}  // namespace hearth::kernels
