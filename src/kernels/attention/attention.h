// Attention over the paged KV cache.
//
// The cache of one layer is a list of blocks of kBlockTokens tokens. A block holds, for every kv
// head, the keys transposed and the values as they are:
//   keys   [K, D, kBlockTokens]     values [K, kBlockTokens, Dv]
// so scores of a block are computed for many tokens at once, and values are read in rows.
//
// The result of a query does not depend on how the prompt was cut, on the batch, or on threads:
// cells are taken in spans of kSpanTokens at absolute positions; each span gives a partial softmax
// (maximum, sum, weighted values), and partials are merged in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "base/threads.h"
#include "hearth/element_type.hpp"

namespace hearth::kernels {

inline constexpr int64_t kBlockTokens = 32;
inline constexpr int64_t kSpanTokens = 512;

/// How one layer's part of a block is laid out. Cache types: f32, f16, bf16, i16, u8, u4; cell.h
/// has what they mean.
struct KvLayout {
  ElementType type = ElementType::f16;
  int64_t kv_heads = 0;           // K
  int64_t key_dim = 0;            // D
  int64_t value_dim = 0;          // Dv
  size_t offset = 0;              // from the start of a block to this layer's part, bytes
  size_t key_head_bytes() const;  // keys of one head in one block
  size_t value_head_bytes() const;
  // From the start of a block. Keys of all heads, then values of all heads.
  size_t key_offset(int64_t head) const;
  size_t value_offset(int64_t head) const;
  size_t bytes() const;  // of this layer's part
};

/// One sequence of a batch: `tokens` new rows of q, k, v starting at `row`, after `past` cached
/// tokens.
struct AttentionSequence {
  int64_t row = 0;
  int64_t tokens = 0;
  int64_t past = 0;
  /// Starts of blocks, ceil((past + tokens) / kBlockTokens) of them.
  std::byte* const* blocks = nullptr;
  /// Null, or past + tokens bytes: cells with 0 are never attended to.
  const uint8_t* cell_mask = nullptr;
};

struct AttentionArgs {
  KvLayout layout;
  /// Of the inputs of products. All but f32: kernels may round them, to bf16 or finer.
  ElementType precision = ElementType::f32;
  int64_t heads = 0;  // H, a multiple of K
  float scale = 1.0f;
  int64_t window = 0;  // a query at p sees cells j with p - window < j <= p; 0 = all j <= p
  float softcap = 0;   // scores s become softcap * tanh(s / softcap); 0 = as they are
  const float* alibi_slopes = nullptr;  // [H]: a score gets slope * (cell - query); null = nothing
  const float* sinks =
      nullptr;               // [H]: a score that takes part in the softmax with no value; or null
  const float* q = nullptr;  // [rows, H, D], rows q_stride floats apart
  int64_t q_stride = 0;
  const float* k = nullptr;  // [rows, K, D]
  int64_t k_stride = 0;
  const float* v = nullptr;  // [rows, K, Dv]
  int64_t v_stride = 0;
  float* out = nullptr;  // [rows, H, Dv]
  int64_t out_stride = 0;
  const AttentionSequence* sequences = nullptr;
  int64_t sequence_count = 0;
};

struct AttentionKernel {
  const char* name;
  Isa isa;
  /// Null when the kernel takes this layout, else why not.
  const char* (*refuse)(const AttentionArgs& args);
  /// Writes the new k and v rows of all sequences into their blocks, then computes `out`. A query
  /// that may see no cell gives zeros. Uses up to `threads` parts of the pool; no allocation when
  /// `scratch` has scratch_floats() room.
  void (*run)(const AttentionArgs& args, ThreadPool& pool, int threads, float* scratch);
  int64_t (*scratch_floats)(const AttentionArgs& args, int threads);
};

const std::vector<AttentionKernel>& attention_kernels();
const AttentionKernel& select_attention(const AttentionArgs& args, Isa isa,
                                        std::vector<std::string>* refusals = nullptr);
/// How cells are best kept where args.layout.type was asked for: the same, or i16 for 16-bit floats
/// when the best kernel multiplies integers.
ElementType cache_type(const AttentionArgs& args, Isa isa);

}  // namespace hearth::kernels
