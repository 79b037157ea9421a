#include "kernels/int8_matmul/int8_matmul.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/int8_matmul/affine_weights.h"
#include "kernels/int8_matmul/token_panels.h"
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
    const char* reason = kernel.isa > isa || !has_isa(kernel.isa) ? "needs another instruction set"
                                                                  : kernel.refuse(weight);
    if (reason == nullptr) return &kernel;
    if (refusals != nullptr) refusals->push_back(fmt::format("int8 {}: {}", kernel.name, reason));
  }
  return nullptr;
}

namespace {

// Room of one thread: to quantise some tokens in, or for the kernel.
int64_t part_bytes(const WeightMatrix& weight, const Int8MatmulKernel& kernel) {
  const int64_t group = affine_weights(weight).group;
  return std::max(whole_lines(kernel.scratch_bytes(weight)),
                  quantized_bytes(kPackedTokens, weight.cols, group));
}

// Fewer floats than this are quantised by the caller alone: waking threads would take longer.
constexpr int64_t kSerialQuantize = 8 * 1024;

void quantize(const float* x, int64_t x_stride, int64_t group, const CodedRows& out, Isa isa,
              ThreadPool& pool, int threads, std::byte* parts, int64_t part_size) {
  const QuantizeRowsFn quantize_rows = select_quantize_rows(isa);
  const int64_t lanes = std::max(out.layout.lanes, kPackedTokens);  // panels are filled up
  const int64_t items = (out.rows + lanes - 1) / lanes * lanes / kPackedTokens;
  const int quantizers = out.rows * out.cols < kSerialQuantize ? 1 : threads;
  pool.run(quantizers, [&](int part) {
    const Range mine = share(items, part, quantizers);
    if (out.layout.lanes == 0) {
      const int64_t end = std::min(mine.end * kPackedTokens, out.rows);
      return quantize_rows(x, x_stride, group, mine.begin * kPackedTokens, end, out);
    }
    for (int64_t item = mine.begin; item < mine.end; ++item) {
      const int64_t first = item * kPackedTokens;
      const int64_t tokens = std::clamp<int64_t>(out.rows - first, 0, kPackedTokens);
      const CodedRows rows = place_quantized(tokens, out.cols, out.sum_group, out.span,
                                             {out.layout.form}, parts + part * part_size);
      quantize_rows(x + first * x_stride, x_stride, group, 0, tokens, rows);
      pack_tokens(rows, first, out);
    }
  });
}

}  // namespace

bool may_share_codes(const WeightMatrix& a, const WeightMatrix& b) {
  if (refuse_affine(a) != nullptr || refuse_affine(b) != nullptr || a.cols != b.cols) return false;
  const AffineWeights first = affine_weights(a), second = affine_weights(b);
  return first.group == second.group && first.is_nibbles == second.is_nibbles &&
         first.is_split == second.is_split;
}

int64_t int8_matmul_scratch_floats(int64_t m, const WeightMatrix& weight,
                                   const Int8MatmulKernel& kernel, int threads) {
  const int64_t rows =
      quantized_bytes(std::min(m, kMostTokens), weight.cols, affine_weights(weight).group);
  return (rows + part_bytes(weight, kernel) * threads) / 4;
}

void int8_matmul(const float* x, int64_t x_stride, int64_t m, int64_t quantization_group,
                 std::span<const Int8Product> products, const Int8MatmulKernel& kernel,
                 ThreadPool& pool, int threads, float* scratch, RowsDone done, bool side_by_side) {
  HEARTH_ASSERT(quantization_group > 0 && quantization_group % kSegment == 0,
                "groups of activations are whole segments");
  const WeightMatrix& first = *products[0].weight;
  const int64_t sum_group = affine_weights(first).group;
  const int64_t span = span_columns(first.cols, quantization_group, sum_group);
  auto* memory = reinterpret_cast<std::byte*>(scratch);
  std::byte* parts = memory + quantized_bytes(std::min(m, kMostTokens), first.cols, sum_group);
  const int64_t part_size = part_bytes(first, kernel);
  const ProductRows rows(products, side_by_side);
  for (int64_t t0 = 0; t0 < m; t0 += kMostTokens) {
    const int64_t tokens = std::min(m - t0, kMostTokens);
    const CodedRows codes =
        place_quantized(tokens, first.cols, sum_group, span, kernel.layout(first, tokens), memory);
    quantize(x + t0 * x_stride, x_stride, quantization_group, codes, kernel.isa, pool, threads,
             parts, part_size);
    const auto multiply = [&](int part, const Int8Product& product, Range range) {
      Int8MatmulArgs args;
      args.x = &codes;
      args.weight = product.weight;
      args.y = product.y + t0 * product.y_stride;
      args.y_stride = product.y_stride;
      args.row_begin = range.begin;
      args.row_end = range.end;
      args.scratch = parts + part * part_size;
      kernel.run(args);
    };
    rows.run(pool, threads, {t0, t0 + tokens}, done, multiply);
  }
}

}  // namespace hearth::kernels
