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

/// Tokens whose x is packed together: some 11 MB of f32 at 5,632 columns, whose products take
/// twenty times longer than reading W once more.
constexpr int64_t kMostPacked = 512;

/// Equal blocks of at most that many, in tiles of every kernel's width.
int64_t packed_tokens(int64_t m) {
  const int64_t blocks = (m + kMostPacked - 1) / kMostPacked;
  return blocks < 2 ? m : std::min(kMostPacked, (m / blocks + 48) / 48 * 48);
}

int64_t packed_floats(int64_t m, const WeightMatrix& weight, const MatmulKernel& kernel) {
  return whole_lines(kernel.packed_bytes(weight, m)) / 4;
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

int64_t packs_nothing(const WeightMatrix&, int64_t) { return 0; }

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
                                  std::vector<std::string>* refusals, ElementType precision) {
  for (const MatmulKernel& kernel : matmul_kernels()) {
    const bool rounds = kernel.precision != ElementType::f32 && kernel.precision != precision;
    const char* reason = kernel.isa > isa || !has_isa(kernel.isa) ? "needs another instruction set"
                         : rounds ? "rounds to bf16, and the precision asked for is another"
                                  : kernel.refuse(weight, m);
    if (reason == nullptr) return kernel;
    if (refusals != nullptr) refusals->push_back(std::string(kernel.name) + ": " + reason);
  }
  const char* reason = refuse_weight(weight);
  assertion_failed(__FILE__, __LINE__, "select_matmul",
                   std::string("no kernel takes this weight matrix: ") +
                       (reason != nullptr ? reason : "the list is empty"));
}

int64_t matmul_scratch_floats(int64_t m, const WeightMatrix& weight, const MatmulKernel& kernel,
                              int threads) {
  return packed_floats(packed_tokens(m), weight, kernel) + part_floats(weight, kernel) * threads;
}

void matmul(const float* x, int64_t x_stride, int64_t m, std::span<const MatmulProduct> products,
            ThreadPool& pool, int threads, float* scratch, RowsDone done, bool side_by_side) {
  const MatmulKernel& kernel = *products[0].kernel;
  const WeightMatrix& weight = *products[0].weight;
  const bool packs = kernel.packed_bytes(weight, m) > 0;
  const int64_t block = packs ? packed_tokens(m) : m;
  const int64_t packed = packs ? packed_floats(block, weight, kernel) : 0;
  int64_t part = 0;
  for (const MatmulProduct& p : products) {
    HEARTH_ASSERT(!packs || p.kernel == &kernel, "products of one packed x have one kernel");
    part = std::max(part, part_floats(*p.weight, *p.kernel));
  }
  const ProductRows rows(products, side_by_side);
  for (int64_t t = 0; t < m; t += block) {
    MatmulArgs all;
    all.x = x + t * x_stride;
    all.x_stride = x_stride;
    all.m = std::min(block, m - t);
    all.weight = &weight;
    if (packs) {
      auto* bytes = reinterpret_cast<std::byte*>(scratch);
      pool.run(threads, [&](int i) { kernel.pack(all, bytes, i, threads); });
      all.packed = bytes;
    }
    rows.run(pool, threads, {t, t + all.m}, done,
             [&](int i, const MatmulProduct& product, Range range) {
               MatmulArgs args = all;
               args.weight = product.weight;
               args.y = product.y + t * product.y_stride;
               args.y_stride = product.y_stride;
               args.row_begin = range.begin;
               args.row_end = range.end;
               args.scratch = scratch + packed + i * part;
               product.kernel->run(args);
             });
  }
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
