// One stream of inferences on a plan: its values, activations, states and scratch. Not for two
// threads at once.
#pragma once

#include <memory>
#include <vector>

#include "runtime/batch.h"
#include "runtime/plan.h"
#include "runtime/streams.h"

namespace hearth::runtime {

class Session {
 public:
  Session(std::shared_ptr<const Plan> plan, std::shared_ptr<Streams> streams);

  const Plan& plan() const { return *plan_; }
  /// Runs all steps. `inputs` has a tensor for each parameter, in model order, already checked.
  /// `batch` is needed when the plan's attention is cached. Results are left in result().
  void run(const std::vector<Tensor>& inputs, const Batch* batch, const KvBlocks* cache);
  const Tensor& result(size_t index) const {
    return values_[static_cast<size_t>(plan_->results[index])];
  }
  ref::States& states() { return states_; }
  /// Bytes of activations and scratch held now.
  size_t private_bytes() const { return arena_floats_ * sizeof(float) + scratch_.bytes(); }

 private:
  void make_room();
  void place(const Step& step, size_t output, StepContext& context);
  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<Streams> streams_;
  std::vector<Tensor> values_;
  ref::States states_;
  Scratch scratch_;
  AttentionTables attention_;
  Shape shape_;
  std::unique_ptr<float, void (*)(float*)> arena_{nullptr, [](float*) {}};
  size_t arena_floats_ = 0;
  int64_t rows_ = 0;  // token rows of the inference that is running
};

}  // namespace hearth::runtime
