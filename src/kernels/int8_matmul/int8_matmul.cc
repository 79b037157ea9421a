#include "kernels/int8_matmul/int8_matmul.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/int8_matmul/affine_weights.h"
#include "kernels/portions.h"

namespace hearth::kernels {

#define HEARTH_INT8_MATMUL_KERNEL(name) const Int8MatmulKernel& name();
#include "kernels/int8_matmul/kernels.inc"
#undef HEARTH_INT8_MATMUL_KERNEL

const std::vector<Int8MatmulKernel>& int8_matmul_kernels() {
  static const std::vector<Int8MatmulKernel> kernels = {
#define HEARTH_INT8_MATMUL_KERNEL(name) name(),
#include "kernels/int8_matmul/kernels.inc"
#undef HEARTH_INT8_MATMUL_KERNEL
  };
  return kernels;
}

const Int8MatmulKernel* select_int8_matmul(const WeightMatrix& weight, Isa isa,
                                           std::vector<std::string>* refusals) {
  for (const Int8MatmulKernel& kernel : int8_matmul_kernels()) {
    const char* reason =
        kernel.isa > isa || !has_isa(kernel.isa) ? "needs another instruction set" : kernel.refuse(weight);
    if (reason == nullptr) return &kernel;
    if (refusals != nullptr) refusals->push_back(fmt::format("int8 {}: {}", kernel.name, reason));
  }
  return nullptr;
}

int64_t int8_matmul_scratch_floats(int64_t m, const WeightMatrix& weight,
                                   const Int8MatmulKernel& kernel, int threads) {
  const int64_t rows =
      quantized_bytes(std::min(m, kMostTokens), weight.cols, affine_weights(weight).group);
  return (rows + whole_lines(kernel.scratch_bytes(weight)) * threads) / 4;
}

bool may_share_codes(const WeightMatrix& a, const WeightMatrix& b) {
  return a.cols == b.cols && affine_weights(a).group == affine_weights(b).group &&
         a.type == b.type;
}

void int8_matmul(const float* x, int64_t x_stride, int64_t m, int64_t quantization_group,
                 const WeightMatrix& weight, const Int8MatmulKernel& kernel, float* y,
                 int64_t y_stride, ThreadPool& pool, int threads, float* scratch) {
  const Int8Product product{&weight, y, y_stride};
  int8_matmul(x, x_stride, m, quantization_group, {&product, 1}, kernel, pool, threads, scratch);
}

void int8_matmul(const float* x, int64_t x_stride, int64_t m, int64_t quantization_group,
                 std::span<const Int8Product> products, const Int8MatmulKernel& kernel,
                 ThreadPool& pool, int threads, float* scratch, RowsDone done, bool side_by_side) {
  HEARTH_ASSERT(quantization_group > 0 && quantization_group % kSegment == 0,
                "groups of activations are whole segments");
  const WeightMatrix& first = *products[0].weight;
  const int64_t sum_group = affine_weights(first).group;
  auto* memory = reinterpret_cast<std::byte*>(scratch);
  std::byte* parts = memory + quantized_bytes(std::min(m, kMostTokens), first.cols, sum_group);
  const int64_t part_bytes = whole_lines(kernel.scratch_bytes(first));
  const QuantizeRowsFn quantize = select_quantize_rows(kernel.isa);
  const ProductRows all(products, side_by_side);
  for (int64_t t0 = 0; t0 < m; t0 += kMostTokens) {
    const int64_t tokens = std::min(m - t0, kMostTokens);
    const QuantizedRows rows =
        place_quantized(tokens, first.cols, sum_group, kernel.form(first), memory);
    const float* block = x + t0 * x_stride;
    const int quantizers = tokens < 4 * threads ? 1 : threads;
    pool.run(quantizers, [&](int part) {
      const Range range = share(tokens, part, quantizers);
      quantize(block, x_stride, quantization_group, range.begin, range.end, rows);
    });
    const auto multiply = [&](int part, const Int8Product& product, Range range) {
      Int8MatmulArgs args;
      args.x = &rows;
      args.weight = product.weight;
      args.y = product.y + t0 * product.y_stride;
      args.y_stride = product.y_stride;
      args.row_begin = range.begin;
      args.row_end = range.end;
      args.scratch = parts + part * part_bytes;
      kernel.run(args);
    };
    all.run(pool, threads, {t0, t0 + tokens}, done, multiply);
  }
}

}  // namespace hearth::kernels
