#include "runtime/cpu/step.h"

#include <cstdlib>

#include "base/decode.h"
#include "base/error.h"
#include "ir/schema.h"

namespace hearth::runtime {

float* Scratch::floats(int64_t count) {
  const auto wanted = static_cast<size_t>(count);
  if (wanted > capacity_) {
    const size_t bytes = (wanted * sizeof(float) + 63) / 64 * 64;
    auto* memory = static_cast<float*>(std::aligned_alloc(64, bytes));
    if (memory == nullptr) failed("out of memory: no room for {} bytes of scratch", bytes);
    memory_ = {memory, [](float* p) { std::free(p); }};
    capacity_ = bytes / sizeof(float);
  }
  return memory_.get();
}

const std::vector<kernels::AttentionSequence>& AttentionTables::of(const Batch& batch) {
  sequences_.clear();
  for (const SequenceRows& rows : batch.sequences)
    sequences_.push_back({.row = rows.row,
                          .tokens = rows.tokens,
                          .past = rows.past,
                          .blocks = rows.blocks.data(),
                          .cell_mask = rows.cell_mask.empty() ? nullptr : rows.cell_mask.data()});
  return sequences_;
}

void Step::output_shape(const StepContext&, size_t, Shape&) const {
  HEARTH_ASSERT(false, "a step without planned outputs was asked for the shape of one");
}

bool BuildContext::is_rows(ir::Value value, size_t rank) const {
  const PartialShape& s = shape(value);
  return type(value) == ElementType::f32 && s.rank_is_static() && s.rank() >= rank &&
         s[s.rank() - 1].is_static();
}

std::vector<float> float_constant(const ir::Graph& graph, ir::Value value) {
  constexpr size_t kLimit = size_t{1} << 20;
  const ir::OutputInfo& info = graph.info(value);
  if (!graph.is(value, ir::Op::Const) || !is_float(info.type)) return {};
  const Bytes& data = graph.node(value).data;
  const size_t count = shape_size(info.shape.to_shape());
  if (!data.in_memory() || count > kLimit) return {};
  std::vector<float> out(count);
  decode_to_f32(info.type, data.data(), 0, count, out.data());
  return out;
}

namespace {

struct MakerRow {
  ir::Op op;
  const char* name;
  StepMaker make;
};

constexpr MakerRow kMakers[] = {
#define HEARTH_STEP(op, name) {ir::Op::op, #name, make_##name},
#include "runtime/cpu/steps.inc"
#undef HEARTH_STEP
};

}  // namespace

std::unique_ptr<Step> make_step(const BuildContext& context, const ir::Node& node) {
  std::vector<std::string> refusals;
  std::unique_ptr<Step> step;
  for (const MakerRow& row : kMakers) {
    if (row.op != node.op) continue;
    std::string refusal;
    step = row.make(context, node, refusal);
    if (step != nullptr) break;
    refusals.push_back(fmt::format("{}: {}", row.name, refusal));
  }
  if (step == nullptr) step = make_reference_step(node);
  step->name = node.name;
  step->op = ir::to_string(node.op);
  step->refusals.insert(step->refusals.begin(), refusals.begin(), refusals.end());
  return step;
}

}  // namespace hearth::runtime
