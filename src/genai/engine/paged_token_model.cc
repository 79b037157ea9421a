// TokenModel on the paged runtime.
#include "base/error.h"
#include "base/log.h"
#include "genai/engine/stateful_token_model.h"
#include "genai/engine/token_model.h"
#include "runtime/paged_model.h"

namespace hearth::genai {
namespace {

class PagedCache : public SequenceCache {
 public:
  explicit PagedCache(runtime::KvSequence sequence) : sequence_(std::move(sequence)) {}
  int64_t tokens() const override { return sequence_.tokens(); }
  std::unique_ptr<SequenceCache> fork() const override {
    return std::make_unique<PagedCache>(sequence_);
  }
  bool truncate(int64_t tokens) override {
    sequence_.truncate(tokens);
    return true;
  }
  runtime::KvSequence& sequence() { return sequence_; }

 private:
  runtime::KvSequence sequence_;
};

class PagedTokenModel : public TokenModel {
 public:
  explicit PagedTokenModel(std::unique_ptr<runtime::PagedModel> model) : model_(std::move(model)) {}

  std::unique_ptr<SequenceCache> new_sequence() override {
    return std::make_unique<PagedCache>(model_->new_sequence());
  }
  Tensor forward(std::span<const ModelInput> inputs) override {
    spans_.clear();
    for (const ModelInput& input : inputs)
      spans_.push_back({&static_cast<PagedCache*>(input.cache)->sequence(), input.tokens,
                        static_cast<int64_t>(input.logits)});
    const Tensor logits = model_->forward(spans_);
    if (!logits) return {};
    const Shape& shape = logits.get_shape();  // [1, n, V]
    return logits.reshaped({shape[1], shape[2]});
  }
  bool can_batch() const override { return model_->rows_independent(); }
  size_t weight_bytes() const override { return model_->weight_bytes(); }
  std::span<const runtime::ProductWork> products() const override { return model_->products(); }
  size_t cache_bytes(size_t tokens) const override {
    return (tokens + kernels::kBlockTokens - 1) / kernels::kBlockTokens *
           model_->blocks().block_bytes();
  }
  size_t private_bytes() const override { return model_->private_bytes(); }

 private:
  std::unique_ptr<runtime::PagedModel> model_;
  std::vector<runtime::TokenSpan> spans_;  // of the pass that is running
};

}  // namespace

std::unique_ptr<TokenModel> make_token_model(const CompiledModel& model) {
  std::string reason;
  if (auto paged = runtime::PagedModel::create(model, &reason))
    return std::make_unique<PagedTokenModel>(std::move(paged));
  log(LogLevel::warning,
      "the model runs without the paged cache, one sequence at a time and slower: {}", reason);
  return make_stateful_token_model(model);
}

}  // namespace hearth::genai
