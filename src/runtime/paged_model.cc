#include "runtime/paged_model.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "runtime/model_impl.h"

namespace hearth::runtime {
namespace {

bool is_read_outside_of_attention(const Plan& plan, const std::string& input) {
  const auto it = plan.inputs.find(input);
  if (it == plan.inputs.end()) return false;
  for (const auto& step : plan.steps)
    for (int index : step->inputs)
      if (index == it->second && step->op != "CachedAttention") return true;
  return false;
}

std::string refusal(const CompiledModel& model) {
  const Plan& plan = *model.impl().plan;
  if (!plan.cached()) return "its attention and state are not of a form that is recognised";
  for (const Port& port : model.inputs())
    if (port.name != "input_ids" && port.name != "attention_mask" && port.name != "position_ids" &&
        port.name != "beam_idx")
      return fmt::format("it has an input `{}`", port.name);
  for (const char* input : {"attention_mask", "beam_idx"})
    if (is_read_outside_of_attention(plan, input))
      return fmt::format("`{}` is used outside of attention", input);
  if (model.outputs().size() != 1) return "it has more than one output";
  return {};
}

// One inference at a time serves all sequences, so streams would only leave threads idle.
std::shared_ptr<Streams> all_threads(const Plan& plan) {
  return std::make_shared<Streams>(1, plan.settings.threads, plan.settings.cpus);
}

}  // namespace

PagedModel::PagedModel(const CompiledModel& model)
    : model_(model),
      blocks_(std::make_shared<KvBlocks>(model.impl().plan->kv_layouts)),
      session_(model.impl().plan, all_threads(*model.impl().plan)) {
  for (const Port& port : model_.inputs()) {
    if (port.name == "input_ids") ids_ = inputs_.size();
    if (port.name == "position_ids") positions_ = static_cast<int>(inputs_.size());
    inputs_.emplace_back(port.element_type, Shape{0});
  }
}

std::unique_ptr<PagedModel> PagedModel::create(const CompiledModel& model, std::string* reason) {
  const std::string why = refusal(model);
  if (reason != nullptr) *reason = why;
  if (!why.empty()) return nullptr;
  return std::unique_ptr<PagedModel>(new PagedModel(model));
}

// Ids and positions are written by every pass; a mask or an order of beams is there, but read by
// nobody.
void PagedModel::make_inputs(size_t tokens) {
  if (inputs_[ids_].get_size() == tokens) return;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    inputs_[i].set_shape(model_.inputs()[i].name == "beam_idx" ? Shape{1} : Shape{1, tokens});
    std::memset(inputs_[i].data(), 0, inputs_[i].get_byte_size());
  }
}

Tensor PagedModel::forward(std::span<const TokenSpan> spans) {
  size_t total = 0;
  for (const TokenSpan& span : spans) total += span.tokens.size();
  make_inputs(total);
  batch_.clear();
  auto* ids = inputs_[ids_].data<int64_t>();
  int64_t row = 0;
  for (const TokenSpan& span : spans) {
    const auto count = static_cast<int64_t>(span.tokens.size());
    HEARTH_ASSERT(span.logits <= count, "more logits than tokens were asked for");
    std::copy(span.tokens.begin(), span.tokens.end(), ids + row);
    for (int64_t i = 0; positions_ >= 0 && i < count; ++i)
      inputs_[static_cast<size_t>(positions_)].data<int64_t>()[row + i] =
          span.sequence->tokens() + i;
    for (int64_t i = count - span.logits; i < count; ++i)
      batch_.logit_rows.push_back(static_cast<int32_t>(row + i));
    batch_.add(*span.sequence, row, count);
    row += count;
  }
  const bool wanted = !batch_.logit_rows.empty();
  if (!wanted) batch_.logit_rows.push_back(static_cast<int32_t>(row - 1));  // thrown away
  session_.run(inputs_, &batch_, blocks_.get());
  for (const TokenSpan& span : spans)
    span.sequence->advance(static_cast<int64_t>(span.tokens.size()));
  return wanted ? session_.result(0) : Tensor();
}

}  // namespace hearth::runtime
