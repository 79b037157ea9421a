// Products of one x with stored weights, as the steps of FullyConnected and its kin run them: one
// reading and at most one quantisation of x for all of them where their weights allow it, and what
// is added to the products, or lets them through, done while they are in cache.
//
// Kernels are chosen for few rows (decoding) and for many (prompts) when the model is compiled;
// where activations may be quantised and the weight is stored as integers, one kernel serves both.
#pragma once

#include <string>
#include <vector>

#include "kernels/activation/activation.h"
#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/matmul/matmul.h"
#include "runtime/cpu/step.h"

namespace hearth::runtime {

class StoredProducts {
 public:
  static constexpr size_t kMostProducts = 8;  ///< of one x; more are refused
  /// Reads the weights of `node`. Null, with the reason, when they are not such that kernels take
  /// them. A `gated` pair gives silu(first) * second. `refusals` gets the kernels passed over.
  static std::unique_ptr<StoredProducts> make(const BuildContext& context, const ir::Node& node,
                                              bool gated, std::string& refusal,
                                              std::vector<std::string>& refusals);

  /// y[i] [m, N_i] = x [m, K] times weight i, plus its bias, then plus `addend` [m, N_0] if there
  /// is one; y[0] alone for a gated pair. Of x only the rows in `selected` are taken, if there are
  /// any.
  struct Run {
    const float* x = nullptr;
    int64_t m = 0;
    std::span<const int32_t> selected;
    std::span<float* const> y;
    const float* addend = nullptr;
  };
  void run(StepContext& c, const Run& run) const;

  /// Floats of scratch that m rows take.
  int64_t scratch_floats(int64_t m) const { return room_for(m, false).all(); }
  size_t count() const { return weights_.size(); }
  int64_t cols() const { return weights_[0].matrix.cols; }
  int64_t rows(size_t i) const { return weights_[i].matrix.rows; }
  std::string kernel() const;
  /// What the products of a row cost.
  ProductWork work(bool makes_logits) const;

 private:
  struct Weight {
    kernels::WeightMatrix matrix;
    std::vector<float> bias;  // empty, or a copy: the constant may lie at any alignment
    const kernels::Int8MatmulKernel* int8 = nullptr;  // null: activations stay floats
    const kernels::MatmulKernel* few = nullptr;
    const kernels::MatmulKernel* many = nullptr;
  };
  /// Weights [begin, end) that one call takes.
  struct Call {
    size_t begin;
    size_t end;
  };
  /// Scratch, one behind the other: the kernels', x gathered or rounded, and the second of a gated
  /// pair.
  struct Room {
    int64_t kernels = 0;
    int64_t copy = 0;
    int64_t up = 0;
    int64_t all() const { return kernels + copy + up; }
  };
  struct Epilogue;
  StoredProducts(const Settings& settings, bool gated)
      : settings_(settings), gated_(gated), activation_(kernels::select_activation(settings.isa)) {}
  void choose_kernels(std::vector<std::string>& refusals);
  bool go_together(const Weight& a, const Weight& b) const;
  bool rounds(const Call& call, int64_t m) const;
  int64_t call_floats(const Call& call, int64_t m) const;
  Room room_for(int64_t m, bool selects) const;
  void run_call(StepContext& c, const Call& call, const float* x, int64_t m, float* scratch,
                Epilogue& epilogue) const;
  const float* gather(const Run& run, float* out) const;

  Settings settings_;
  bool gated_;
  const kernels::ActivationKernels& activation_;
  std::vector<Weight> weights_;
  std::vector<Call> calls_;
};

}  // namespace hearth::runtime
