#include "kernels/matmul/matmul.h"

#include <algorithm>

#include "base/error.h"

namespace hearth::kernels {

#define HEARTH_MATMUL_KERNEL(name) const MatmulKernel& name();
#include "kernels/matmul/kernels.inc"
#undef HEARTH_MATMUL_KERNEL

namespace {

int64_t part_floats(const WeightMatrix& weight, const MatmulKernel& kernel) {
  return whole_lines(kernel.scratch_floats(weight) * 4) / 4;
}

}  // namespace

const std::vector<MatmulKernel>& matmul_kernels() {
  static const std::vector<MatmulKernel> kernels = {
#define HEARTH_MATMUL_KERNEL(name) name(),
#include "kernels/matmul/kernels.inc"
#undef HEARTH_MATMUL_KERNEL
  };
  return kernels;
}

const char* refuse_weight(const WeightMatrix& w) {
  if (!is_float(w.type) && !is_integer(w.type) && !is_gguf_block(w.type))
    return "the weight is not numeric";
  if (w.rows < 0 || w.cols < 1) return "the weight has no columns";
  if (is_gguf_block(w.type) && w.cols % static_cast<int64_t>(block_elements(w.type)) != 0)
    return "rows of the weight are not whole GGUF blocks";
  if (w.table != nullptr && w.type != ElementType::u4 && w.type != ElementType::u8 &&
      w.type != ElementType::u16)
    return "the indices of the table are not u4, u8 or u16";
  if (w.scales == nullptr && w.zero_points == nullptr) return nullptr;
  if (is_gguf_block(w.type)) return "GGUF blocks carry their own scales";
  if (w.group < 1 || w.cols % w.group != 0) return "the group does not divide the columns";
  return nullptr;
}

const MatmulKernel& select_matmul(const WeightMatrix& weight, int64_t m, Isa isa,
                                  std::vector<std::string>* refusals) {
  for (const MatmulKernel& kernel : matmul_kernels()) {
    const char* reason = kernel.isa > isa || !has_isa(kernel.isa) ? "needs another instruction set"
                                                                  : kernel.refuse(weight, m);
    if (reason == nullptr) return kernel;
    if (refusals != nullptr) refusals->push_back(std::string(kernel.name) + ": " + reason);
  }
  const char* reason = refuse_weight(weight);
  assertion_failed(__FILE__, __LINE__, "select_matmul",
                   std::string("no kernel takes this weight matrix: ") +
                       (reason != nullptr ? reason : "the list is empty"));
}

int64_t matmul_scratch_floats(const WeightMatrix& weight, const MatmulKernel& kernel, int threads) {
  return part_floats(weight, kernel) * threads;
}

void matmul(const float* x, int64_t x_stride, int64_t m, std::span<const MatmulProduct> products,
            ThreadPool& pool, int threads, float* scratch, RowsDone done, bool side_by_side) {
  int64_t most_floats = 0;
  for (const MatmulProduct& p : products)
    most_floats = std::max(most_floats, part_floats(*p.weight, *p.kernel));
  const auto multiply = [&](int part, const MatmulProduct& product, Range rows) {
    MatmulArgs args;
    args.x = x;
    args.x_stride = x_stride;
    args.m = m;
    args.weight = product.weight;
    args.y = product.y;
    args.y_stride = product.y_stride;
    args.row_begin = rows.begin;
    args.row_end = rows.end;
    args.scratch = scratch + part * most_floats;
    product.kernel->run(args);
  };
  ProductRows(products, side_by_side).run(pool, threads, {0, m}, done, multiply);
}

void matmul(const float* x, int64_t x_stride, int64_t m, const WeightMatrix& weight,
            const MatmulKernel& kernel, float* y, int64_t y_stride, ThreadPool& pool, int threads,
            float* scratch) {
  const MatmulProduct product{&weight, &kernel, y, y_stride};
  matmul(x, x_stride, m, {&product, 1}, pool, threads, scratch);
}

void decode_row(const WeightMatrix& weight, int64_t n, Isa isa, float* out) {
  select_matmul(weight, 1, isa).decode_row(weight, n, out);
}

}  // namespace hearth::kernels
