// Products of a stored weight with activations quantised on the way: y[M, N] ~ x[M, K] * W[N, K]^T.
//
// A row of x is taken in spans of 32, 64 or 128 columns, x ~ s q with integer codes q
// (quantized_rows.h). Weights are affine in unsigned integers, W[n][k] = scale * code + offset with
// a pair for every group (affine_weights.h). For each output, groups and spans ascending:
//
//   acc = 0, then for the spans of the group acc = fma(s, float(sum of code * q), acc)
//   y = fma(scale, acc, y), then y = fma(offset, sum of s q over the group, y)
//
// The sums of code * q are exact integers, and this is the order of everything else, so all kernels
// of all instruction sets give the same bits, whatever M and whoever computes them.
#pragma once

#include <span>

#include "kernels/int8_matmul/quantized_rows.h"
#include "kernels/matmul/matmul.h"

namespace hearth::kernels {

/// Tokens whose activations are quantised together, and are multiplied while they are in cache.
inline constexpr int64_t kMostTokens = 512;

struct Int8MatmulArgs {
  const CodedRows* x = nullptr;  // at most kMostTokens rows, in the layout that the kernel asks for
  const WeightMatrix* weight = nullptr;
  float* y = nullptr;  // [x->rows, N], rows y_stride floats apart
  int64_t y_stride = 0;
  int64_t row_begin = 0;  // rows of W that this call computes
  int64_t row_end = 0;
  std::byte* scratch = nullptr;  // Int8MatmulKernel::scratch_bytes(weight) bytes, 64-byte aligned
};

struct Int8MatmulKernel {
  const char* name;
  Isa isa;
  /// Null when the kernel takes this weight, else why not.
  const char* (*refuse)(const WeightMatrix& weight);
  /// How x of `tokens` rows is to be laid out: the same for all weights that may_share_codes().
  CodeLayout (*layout)(const WeightMatrix& weight, int64_t tokens);
  int64_t (*scratch_bytes)(const WeightMatrix& weight);
  void (*run)(const Int8MatmulArgs& args);
};

/// All kernels, best first, the reference last (kernels.inc).
const std::vector<Int8MatmulKernel>& int8_matmul_kernels();

/// The first kernel that this machine can run and that takes the weight, or null;
/// `refusals` gets "<kernel>: <reason>" for every one passed over.
const Int8MatmulKernel* select_int8_matmul(const WeightMatrix& weight, Isa isa,
                                           std::vector<std::string>* refusals = nullptr);

/// True when one x, quantised once, serves both: rows, groups and the order of codes are alike.
bool may_share_codes(const WeightMatrix& a, const WeightMatrix& b);

/// One of the products of a call: y[M, N] = x W^T, rows y_stride floats apart.
struct Int8Product {
  const WeightMatrix* weight = nullptr;
  float* y = nullptr;
  int64_t y_stride = 0;
};

/// All products with x quantised in groups of `quantization_group` columns (a multiple of 32), the
/// work divided among `threads` parts of the pool. All weights may_share_codes(), and the kernel
/// takes them. With `side_by_side` all have as many rows, a thread takes the same rows of all of
/// them, and `done` is called once for those, as product 0. `scratch` has
/// int8_matmul_scratch_floats() floats, 64-byte aligned.
void int8_matmul(const float* x, int64_t x_stride, int64_t m, int64_t quantization_group,
                 std::span<const Int8Product> products, const Int8MatmulKernel& kernel,
                 ThreadPool& pool, int threads, float* scratch, RowsDone done = {},
                 bool side_by_side = false);
/// Enough for any weights of which `weight` is the one with the most columns.
int64_t int8_matmul_scratch_floats(int64_t m, const WeightMatrix& weight,
                                   const Int8MatmulKernel& kernel, int threads);

}  // namespace hearth::kernels
