// One step of a plan: a node with the kernel that was chosen for it. Steps are made when a model is
// compiled and are immutable; everything that changes while they run is in the StepContext.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/threads.h"
#include "hearth/tensor.hpp"
#include "ir/graph.h"
#include "ref/evaluate.h"
#include "runtime/batch.h"
#include "runtime/product_work.h"
#include "runtime/properties.h"

namespace hearth::runtime {

/// Memory for the inside of a step, grown when a step asks for more than any before it.
class Scratch {
 public:
  float* floats(int64_t count);
  size_t bytes() const { return capacity_ * sizeof(float); }

 private:
  std::unique_ptr<float, void (*)(float*)> memory_{nullptr, [](float*) {}};
  size_t capacity_ = 0;
};

/// Fewer elements than this are computed by the caller alone: waking threads would take longer.
inline constexpr int64_t kShareFrom = 16384;

/// The sequences of a batch as attention wants them. It keeps its memory from layer to layer.
class AttentionTables {
 public:
  const std::vector<kernels::AttentionSequence>& of(const Batch& batch);

 private:
  std::vector<kernels::AttentionSequence> sequences_;
};

struct StepContext {
  std::span<Tensor> values;  ///< all values of the plan, by index
  Scratch& scratch;
  ThreadPool& pool;
  const Batch* batch = nullptr;  ///< set when the model's attention is cached
  const KvBlocks* cache = nullptr;
  ref::States* states = nullptr;  ///< variables that are plain tensors
  AttentionTables& attention;
  Shape& shape;  ///< for a step to work in: it keeps its memory
};

class Step {
 public:
  virtual ~Step() = default;
  virtual void run(StepContext& context) const = 0;
  /// How many outputs, the first ones, are f32, have one row per token and lie in the arena.
  virtual size_t planned_outputs() const { return 0; }
  /// The shape of planned output `i` for the inputs' present shapes.
  virtual void output_shape(const StepContext& context, size_t i, Shape& shape) const;
  /// Floats of scratch that the step takes for so many token rows, as far as they alone decide.
  virtual int64_t scratch_floats(int64_t /*rows*/) const { return 0; }
  /// True when output 0 is the memory of input 0 under another shape.
  virtual bool is_view() const { return false; }
  /// What was chosen, for explain(): the kernel's name.
  virtual std::string kernel() const = 0;
  /// Empty for steps that do not multiply with stored weights.
  virtual std::optional<ProductWork> product_work() const { return std::nullopt; }

  std::string name;  ///< the node's
  std::string op;
  std::vector<int> inputs;  ///< indices of values, -1 for one that is left out
  std::vector<int> outputs;
  std::vector<std::string> refusals;  ///< kernels passed over, with reasons

 protected:
  const Tensor& input(const StepContext& c, size_t i) const {
    return c.values[static_cast<size_t>(inputs[i])];
  }
  Tensor& output(const StepContext& c, size_t i = 0) const {
    return c.values[static_cast<size_t>(outputs[i])];
  }
};

/// What makers of steps may look at.
struct BuildContext {
  const ir::Graph& graph;
  const Settings& settings;
  /// Index of each attention layer in the cache, by its key variable.
  const std::vector<std::string>& cache_layers;

  ElementType type(ir::Value value) const { return graph.info(value).type; }
  const PartialShape& shape(ir::Value value) const { return graph.info(value).shape; }
  /// f32 with a known last dimension and at least `rank` dimensions.
  bool is_rows(ir::Value value, size_t rank = 2) const;
};

/// All elements of a float constant as f32; empty when the value is anything else or larger than
/// 2^20.
std::vector<float> float_constant(const ir::Graph& graph, ir::Value value);

/// A maker gives the step for a node, or null and the reason why it does not take it.
using StepMaker = std::unique_ptr<Step> (*)(const BuildContext& context, const ir::Node& node,
                                            std::string& refusal);

#define HEARTH_STEP(op, name) \
  std::unique_ptr<Step> make_##name(const BuildContext&, const ir::Node&, std::string&);
#include "runtime/cpu/steps.inc"
#undef HEARTH_STEP

/// The first maker of steps.inc that takes the node, else the reference step. Input and output
/// indices are for the caller to fill in.
std::unique_ptr<Step> make_step(const BuildContext& context, const ir::Node& node);
std::unique_ptr<Step> make_reference_step(const ir::Node& node);

/// How the keys and values of a CachedAttention node are kept in the cache.
kernels::KvLayout kv_layout(const ir::Graph& graph, const ir::Node& attention,
                            const Settings& settings);

}  // namespace hearth::runtime
