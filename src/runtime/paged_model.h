// What an engine drives: sequences of tokens in, logits out, many sequences in one forward pass,
// each with its own table of cache blocks.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "hearth/core.hpp"
#include "runtime/kv_cache.h"
#include "runtime/session.h"

namespace hearth::runtime {

/// Some tokens of one sequence, to follow those in its cache.
struct TokenSpan {
  KvSequence* sequence = nullptr;
  std::span<const int64_t> tokens;
  /// Logits of how many of the last tokens are wanted (0 = none).
  int64_t logits = 1;
};

class PagedModel {
 public:
  /// Null, with the reason, when the model is not one whose sequences can share a forward pass: its
  /// states are plain tensors, or it has other inputs than a decoder's.
  static std::unique_ptr<PagedModel> create(const CompiledModel& model, std::string* reason);

  KvSequence new_sequence() const { return KvSequence(blocks_); }
  const KvBlocks& blocks() const { return *blocks_; }
  /// True when sequences may share a pass and a prompt may be cut without changing results.
  bool rows_independent() const { return session_.plan().rows_independent; }
  /// Bytes of weights that a forward pass reads.
  size_t weight_bytes() const { return session_.plan().weight_bytes; }
  /// The products of a forward pass.
  std::span<const ProductWork> products() const { return session_.plan().products; }
  size_t private_bytes() const { return session_.private_bytes() + blocks_->bytes_held(); }

  /// Runs the tokens and adds them to their sequences. Logits [1, n, V] f32, the rows wanted in
  /// order; without any, an empty tensor.
  Tensor forward(std::span<const TokenSpan> spans);

 private:
  explicit PagedModel(const CompiledModel& model);
  void make_inputs(size_t tokens);
  CompiledModel model_;
  std::shared_ptr<KvBlocks> blocks_;
  Session session_;
  // Kept from pass to pass, so that a decode step allocates nothing.
  Batch batch_;
  std::vector<Tensor> inputs_;
  size_t ids_ = 0;      // index of input_ids
  int positions_ = -1;  // of position_ids, if there are any
};

}  // namespace hearth::runtime
