#include "runtime/session.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"

namespace hearth::runtime {

Session::Session(std::shared_ptr<const Plan> plan, std::shared_ptr<Streams> streams)
    : plan_(std::move(plan)), streams_(std::move(streams)) {
  values_.resize(plan_->values.size());
  for (size_t i = 0; i < values_.size(); ++i) values_[i] = plan_->values[i].constant;
}

void Session::run(const std::vector<Tensor>& inputs, const Batch* batch, const KvBlocks* cache) {
  HEARTH_ASSERT(inputs.size() == plan_->parameters.size(), "an inference without all its inputs");
  rows_ = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    values_[static_cast<size_t>(plan_->parameters[i])] = inputs[i];
    const Shape& shape = inputs[i].get_shape();
    // Inputs are [B, T], or [B, P + T] for the mask; the smaller product is the number of token
    // rows.
    if (shape.size() == 2 && (rows_ == 0 || static_cast<int64_t>(inputs[i].get_size()) < rows_))
      rows_ = static_cast<int64_t>(inputs[i].get_size());
  }
  make_room();
  const Streams::Turn turn(*streams_);
  StepContext context{values_, scratch_, turn.pool(), batch, cache, &states_, attention_, shape_};
  for (const auto& step : plan_->steps) {
    for (size_t i = 0; i < step->planned_outputs(); ++i) place(*step, i, context);
    step->run(context);
  }
}

// The arena holds the rows of the largest inference so far.
void Session::make_room() {
  const auto needed = static_cast<size_t>(plan_->arena_row_floats * rows_);
  if (needed <= arena_floats_) return;
  arena_ = {nullptr, [](float*) {}};
  const size_t bytes = (needed * sizeof(float) + 63) / 64 * 64;
  auto* memory = static_cast<float*>(std::aligned_alloc(64, bytes));
  if (memory == nullptr)
    failed("out of memory: no room for {} bytes of activations of {} tokens", bytes, rows_);
  arena_ = {memory, [](float* p) { std::free(p); }};
  arena_floats_ = bytes / sizeof(float);
}

// Points the output at its place. Most inferences have the shapes of the one before, whose tensors
// then stay as they are.
void Session::place(const Step& step, size_t output, StepContext& context) {
  const auto index = static_cast<size_t>(step.outputs[output]);
  const PlannedValue& planned = plan_->values[index];
  Tensor& value = values_[index];
  step.output_shape(context, output, context.shape);
  const auto size = static_cast<int64_t>(shape_size(context.shape));
  if (planned.row_floats > 0 && size == planned.row_floats * rows_) {
    float* memory = arena_.get() + planned.offset_floats * rows_;
    if (value.data() != memory || value.get_shape() != context.shape)
      value = Tensor(ElementType::f32, context.shape, memory);
  } else if (!value.is_sole_owner()) {
    value = Tensor(ElementType::f32, context.shape);
  } else if (value.get_shape() != context.shape) {
    value.set_shape(context.shape);
  }
}

}  // namespace hearth::runtime
