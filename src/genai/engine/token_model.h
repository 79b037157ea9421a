// What the engine knows of a model: it takes tokens of sequences and gives logits. Behind it stands
// the paged runtime, a plain stateful model, or in tests a script.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "hearth/core.hpp"
#include "hearth/tensor.hpp"
#include "runtime/product_work.h"

namespace hearth::genai {

/// The tokens of one sequence that the model has seen.
class SequenceCache {
 public:
  virtual ~SequenceCache() = default;
  virtual int64_t tokens() const = 0;
  /// The same past, to go on from in another way.
  virtual std::unique_ptr<SequenceCache> fork() const = 0;
  /// Forgets all but the first `tokens`; false when this model can only forget everything or
  /// nothing.
  virtual bool truncate(int64_t tokens) = 0;
};

struct ModelInput {
  SequenceCache* cache = nullptr;
  std::span<const int64_t> tokens;  ///< to follow those in the cache
  size_t logits = 1;                ///< how many of the last tokens want logits
};

class TokenModel {
 public:
  virtual ~TokenModel() = default;
  virtual std::unique_ptr<SequenceCache> new_sequence() = 0;
  /// Runs all inputs and adds them to their caches. Logits [n, V] f32: the rows wanted, in order.
  virtual Tensor forward(std::span<const ModelInput> inputs) = 0;
  /// False when every forward pass must hold one sequence only, its prompt whole.
  virtual bool can_batch() const = 0;
  /// Bytes of weights that a forward pass of few tokens reads; 0 when unknown.
  virtual size_t weight_bytes() const { return 0; }
  /// The matrix products of a forward pass; empty when unknown.
  virtual std::span<const runtime::ProductWork> products() const { return {}; }
  /// Bytes of cache that a sequence of so many tokens takes; 0 when unknown.
  virtual size_t cache_bytes(size_t /*tokens*/) const { return 0; }
  /// Bytes held for activations and caches.
  virtual size_t private_bytes() const = 0;
};

/// The paged runtime where the model allows it, else one stateful request per sequence (logged).
std::unique_ptr<TokenModel> make_token_model(const CompiledModel& model);

}  // namespace hearth::genai
