// Products with a weight matrix that is read where it lies: y[M, N] = x[M, K] * W[N, K]^T.
//
// Every output is one dot product over k in a fixed order: the same bits whatever M, the tile it
// falls in, or the thread that computes it. All kernels of one instruction set agree on that order,
// so decode (few rows) and prefill (many rows) give the same answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "base/threads.h"
#include "hearth/element_type.hpp"
#include "kernels/products.h"

namespace hearth::kernels {

/// W[n][k] = (code[n][k] - zero_point[n][k / group]) * (scale[n][k / group] * tensor_scale),
/// computed in f32; plain float types and GGUF blocks have neither scales nor zero points. Any
/// alignment. With a table, table[code] stands for the code, and 0 where the table has no such
/// element.
struct WeightMatrix {
  ElementType type = ElementType::f32;
  const std::byte* data = nullptr;  // [N, K], packed types without row padding
  int64_t rows = 0;                 // N, outputs
  int64_t cols = 0;                 // K, inputs
  int64_t group = 0;                // columns that share a scale; K when per row
  ElementType scale_type = ElementType::f16;
  const std::byte* scales = nullptr;  // [N, K / group], or null
  ElementType zero_point_type = ElementType::u8;
  const std::byte* zero_points = nullptr;  // [N, K / group], one element when scalar, or null
  bool zero_point_is_scalar = false;
  float tensor_scale = 1.0f;
  const float* table = nullptr;  // [table_size], or null; codes are unsigned integers
  int64_t table_size = 0;

  bool is_plain() const { return scales == nullptr && zero_points == nullptr && table == nullptr; }
  float looked_up(float code) const {
    return code < static_cast<float>(table_size) ? table[static_cast<int64_t>(code)] : 0.0f;
  }
};

struct MatmulArgs {
  const float* x = nullptr;  // [M, K], rows x_stride floats apart
  int64_t x_stride = 0;
  int64_t m = 0;
  const WeightMatrix* weight = nullptr;
  float* y = nullptr;  // [M, N], rows y_stride floats apart
  int64_t y_stride = 0;
  int64_t row_begin = 0;  // rows of W that this call computes
  int64_t row_end = 0;
  float* scratch = nullptr;  // MatmulKernel::scratch_floats(weight) floats, 64-byte aligned
  const std::byte* packed = nullptr;  // what MatmulKernel::pack made of x, if it packs any
};

int64_t packs_nothing(const WeightMatrix& weight, int64_t m);

struct MatmulKernel {
  const char* name;
  Isa isa;
  /// f32: x and W are multiplied as they are. bf16: both are rounded to it first.
  ElementType precision;
  /// Null when the kernel takes this weight at this M, else why not.
  const char* (*refuse)(const WeightMatrix& weight, int64_t m);
  int64_t (*scratch_floats)(const WeightMatrix& weight);
  void (*run)(const MatmulArgs& args);
  /// out[k] = W[n][k] for all columns, the same for every kernel.
  void (*decode_row)(const WeightMatrix& weight, int64_t n, float* out);
  /// Bytes of x as this kernel wants it laid out, once for all threads; 0 where run() reads x
  /// itself.
  int64_t (*packed_bytes)(const WeightMatrix& weight, int64_t m) = packs_nothing;
  /// Lays out part `part` of `parts` of x; all parts are done before the first run(). 64-byte
  /// aligned.
  void (*pack)(const MatmulArgs& args, std::byte* packed, int part, int parts) = nullptr;
};

/// Null when the weight makes sense at all, else why not: the part of refuse() that kernels share.
const char* refuse_weight(const WeightMatrix& weight);

/// All kernels, best first, the reference last (kernels.inc).
const std::vector<MatmulKernel>& matmul_kernels();

/// The first kernel that this machine (see active_isa) can run and that takes the weight;
/// `refusals` gets "<kernel>: <reason>" for every one passed over. Kernels that round to bf16 are
/// taken only where `precision` is bf16.
const MatmulKernel& select_matmul(const WeightMatrix& weight, int64_t m, Isa isa,
                                  std::vector<std::string>* refusals = nullptr,
                                  ElementType precision = ElementType::f32);

/// One of the products of a call: y[M, N] = x W^T, rows y_stride floats apart.
struct MatmulProduct {
  const WeightMatrix* weight = nullptr;
  const MatmulKernel* kernel = nullptr;
  float* y = nullptr;
  int64_t y_stride = 0;
};

/// All products of one x, their rows divided among `threads` parts of the pool. With `side_by_side`
/// all have as many rows, a thread takes the same rows of all of them, and `done` is called once
/// for those, as product 0. Kernels that pack x do so for a few hundred tokens at a time, which
/// bounds the scratch, and are then those of all products. scratch has matmul_scratch_floats()
/// floats of the product that needs most, 64-byte aligned.
void matmul(const float* x, int64_t x_stride, int64_t m, std::span<const MatmulProduct> products,
            ThreadPool& pool, int threads, float* scratch, RowsDone done = {},
            bool side_by_side = false);
/// One product.
void matmul(const float* x, int64_t x_stride, int64_t m, const WeightMatrix& weight,
            const MatmulKernel& kernel, float* y, int64_t y_stride, ThreadPool& pool, int threads,
            float* scratch);
/// Packed x, and one part of scratch a thread, each a whole number of cache lines.
int64_t matmul_scratch_floats(int64_t m, const WeightMatrix& weight, const MatmulKernel& kernel,
                              int threads);

/// Decodes row `n` of W to f32 with the first kernel of `isa` that takes W: token embeddings.
void decode_row(const WeightMatrix& weight, int64_t n, Isa isa, float* out);

}  // namespace hearth::kernels
