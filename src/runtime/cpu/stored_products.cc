#include "runtime/cpu/stored_products.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "ir/product_inputs.h"
#include "runtime/cpu/weight_matrix.h"

namespace hearth::runtime {
namespace {

constexpr int64_t kManyRows = 64;  // stands for a prompt when kernels are chosen

int64_t whole_lines_of_floats(int64_t floats) { return (floats + 15) / 16 * 16; }

}  // namespace

std::unique_ptr<StoredProducts> StoredProducts::make(const BuildContext& context,
                                                     const ir::Node& node, bool gated,
                                                     std::string& refusal,
                                                     std::vector<std::string>& refusals) {
  std::unique_ptr<StoredProducts> out(new StoredProducts(context.settings, gated));
  const size_t count = gated ? 2 : node.outputs.size();
  if (!context.is_rows(node.inputs[0])) refusal = "the input is not f32 rows of a known length";
  if (count > kMostProducts) refusal = fmt::format("{} products of one input", count);
  for (size_t i = 0; i < count && refusal.empty(); ++i) {
    const size_t first = ir::product_inputs(i), bias = first + ir::kBias;
    const auto matrix = weight_matrix(context.graph, node, first, refusal);
    if (!matrix) break;
    Weight& weight = out->weights_.emplace_back();
    weight.matrix = *matrix;
    if (bias >= node.inputs.size() || !node.inputs[bias]) continue;
    weight.bias = float_constant(context.graph, node.inputs[bias]);
    if (static_cast<int64_t>(weight.bias.size()) != matrix->rows)
      refusal = "the bias is no constant of as many elements as the weight has rows";
  }
  if (!refusal.empty()) return nullptr;
  out->choose_kernels(refusals);
  return out;
}

void StoredProducts::choose_kernels(std::vector<std::string>& refusals) {
  for (Weight& w : weights_) {
    if (settings_.quantization_group != 0)
      w.int8 = kernels::select_int8_matmul(w.matrix, settings_.isa, &refusals);
    w.few =
        &kernels::select_matmul(w.matrix, 1, settings_.isa, w.int8 == nullptr ? &refusals : nullptr,
                                settings_.inference_precision);
    w.many = &kernels::select_matmul(w.matrix, kManyRows, settings_.isa, nullptr,
                                     settings_.inference_precision);
  }
  std::sort(refusals.begin(), refusals.end());
  refusals.erase(std::unique(refusals.begin(), refusals.end()), refusals.end());
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (i > 0 && go_together(weights_[calls_.back().begin], weights_[i])) {
      calls_.back().end = i + 1;
    } else {
      calls_.push_back({i, i + 1});
    }
  }
}

bool StoredProducts::go_together(const Weight& a, const Weight& b) const {
  if (gated_ && a.matrix.rows != b.matrix.rows) return false;
  if (a.int8 == nullptr || b.int8 == nullptr)
    return a.int8 == b.int8 && a.few == b.few && a.many == b.many;
  return a.int8 == b.int8 && kernels::may_share_codes(a.matrix, b.matrix);
}

ProductWork StoredProducts::work(bool makes_logits) const {
  const Weight& first = weights_[0];
  int64_t weights = 0;
  for (const Weight& w : weights_) weights += w.matrix.rows * w.matrix.cols;
  const Arithmetic arithmetic = first.int8 != nullptr                        ? Arithmetic::int8
                                : first.many->precision == ElementType::bf16 ? Arithmetic::bf16
                                                                             : Arithmetic::f32;
  return {arithmetic, weights, makes_logits};
}

std::string StoredProducts::kernel() const {
  const Weight& w = weights_[0];
  std::string out = w.int8 != nullptr ? fmt::format("int8 {}", w.int8->name)
                    : w.few == w.many ? std::string(w.few->name)
                                      : fmt::format("{} / {}", w.few->name, w.many->name);
  if (weights_.size() > 1)
    out += calls_.size() == 1 ? fmt::format(", {} in one", weights_.size())
                              : fmt::format(", {} in {}", weights_.size(), calls_.size());
  return out;
}

// What is done with rows of products as they get done: bias, residual, gate.
struct StoredProducts::Epilogue {
  const StoredProducts& products;
  size_t first = 0;  // of the call
  std::span<float* const> y;
  const float* addend = nullptr;
  bool opens_gate = false;

  bool has_work() const {
    if (addend != nullptr || opens_gate) return true;
    return std::any_of(products.weights_.begin(), products.weights_.end(),
                       [](const Weight& w) { return !w.bias.empty(); });
  }
  kernels::RowsDone hook() const {
    if (!has_work()) return {};
    return {[](const void* self, size_t product, Range tokens, Range rows) {
              static_cast<const Epilogue*>(self)->run(product, tokens, rows);
            },
            this};
  }
  void run(size_t product, Range tokens, Range rows) const {
    const int64_t count = rows.end - rows.begin;
    for (int64_t t = tokens.begin; t < tokens.end; ++t) {
      const size_t i = first + product;
      float* row = add_bias(i, t, rows);
      const int64_t stride = products.rows(i);
      if (addend != nullptr)
        products.activation_.add(row, addend + t * stride + rows.begin, count, row);
      if (opens_gate) products.activation_.swiglu(row, add_bias(1, t, rows), count, row);
    }
  }
  float* add_bias(size_t i, int64_t t, Range rows) const {
    const Weight& w = products.weights_[i];
    float* row = y[i] + t * w.matrix.rows + rows.begin;
    if (!w.bias.empty())
      products.activation_.add(row, w.bias.data() + rows.begin, rows.end - rows.begin, row);
    return row;
  }
};

// A precision below f32 wants x rounded to it, which some kernels do themselves.
bool StoredProducts::rounds(const Call& call, int64_t m) const {
  const Weight& w = weights_[call.begin];
  return w.int8 == nullptr &&
         settings_.inference_precision != (m < kManyRows ? w.few : w.many)->precision;
}

int64_t StoredProducts::call_floats(const Call& call, int64_t m) const {
  int64_t most = 0;
  for (size_t i = call.begin; i < call.end; ++i) {
    const Weight& w = weights_[i];
    const auto& kernel = m < kManyRows ? *w.few : *w.many;
    most = std::max(
        most, w.int8 != nullptr
                  ? kernels::int8_matmul_scratch_floats(m, w.matrix, *w.int8, settings_.threads)
                  : kernels::matmul_scratch_floats(m, w.matrix, kernel, settings_.threads));
  }
  return whole_lines_of_floats(most);
}

StoredProducts::Room StoredProducts::room_for(int64_t m, bool selects) const {
  Room room;
  bool copies = selects;
  for (const Call& call : calls_) {
    room.kernels = std::max(room.kernels, call_floats(call, m));
    copies = copies || rounds(call, m);
  }
  if (copies) room.copy = whole_lines_of_floats(m * cols());
  if (gated_) room.up = m * rows(1);
  return room;
}

void StoredProducts::run(StepContext& c, const Run& run) const {
  const int64_t m = run.selected.empty() ? run.m : static_cast<int64_t>(run.selected.size());
  const Room room = room_for(m, !run.selected.empty());
  float* scratch = c.scratch.floats(room.all());
  float* copy = scratch + room.kernels;
  std::array<float*, kMostProducts> y{};
  std::copy(run.y.begin(), run.y.end(), y.begin());
  if (gated_) y[1] = copy + room.copy;
  const float* x = run.selected.empty() ? run.x : gather(run, copy);
  const bool gate_in_call = gated_ && calls_.size() == 1;
  for (const Call& call : calls_) {
    if (rounds(call, m)) {
      const auto round = settings_.inference_precision == ElementType::bf16 ? activation_.round_bf16
                                                                            : activation_.round_f16;
      round(x, m * cols(), copy);
    }
    Epilogue epilogue{*this, call.begin, y, run.addend, gate_in_call};
    run_call(c, call, rounds(call, m) ? copy : x, m, scratch, epilogue);
  }
  if (!gated_ || gate_in_call) return;
  const int64_t all = m * rows(0);
  const int parts = all < kShareFrom ? 1 : settings_.threads;
  c.pool.run(parts, [&](int part) {
    const Range r = share(all, part, parts, 64);
    activation_.swiglu(y[0] + r.begin, y[1] + r.begin, r.end - r.begin, y[0] + r.begin);
  });
}

void StoredProducts::run_call(StepContext& c, const Call& call, const float* x, int64_t m,
                              float* scratch, Epilogue& epilogue) const {
  const size_t count = call.end - call.begin;
  const bool side_by_side = epilogue.opens_gate;
  if (weights_[call.begin].int8 != nullptr) {
    std::array<kernels::Int8Product, kMostProducts> products;
    for (size_t i = 0; i < count; ++i) {
      const Weight& w = weights_[call.begin + i];
      products[i] = {&w.matrix, epilogue.y[call.begin + i], w.matrix.rows};
    }
    kernels::int8_matmul(x, cols(), m, settings_.quantization_group, {products.data(), count},
                         *weights_[call.begin].int8, c.pool, settings_.threads, scratch,
                         epilogue.hook(), side_by_side);
    return;
  }
  std::array<kernels::MatmulProduct, kMostProducts> products;
  for (size_t i = 0; i < count; ++i) {
    const Weight& w = weights_[call.begin + i];
    products[i] = {&w.matrix, m < kManyRows ? w.few : w.many, epilogue.y[call.begin + i],
                   w.matrix.rows};
  }
  kernels::matmul(x, cols(), m, {products.data(), count}, c.pool, settings_.threads, scratch,
                  epilogue.hook(), side_by_side);
}

const float* StoredProducts::gather(const Run& run, float* out) const {
  const auto bytes = static_cast<size_t>(cols()) * sizeof(float);
  for (size_t i = 0; i < run.selected.size(); ++i) {
    const int32_t row = run.selected[i];
    HEARTH_ASSERT(row >= 0 && row < run.m, "a row was asked for that is not there");
    std::memcpy(out + static_cast<int64_t>(i) * cols(), run.x + row * cols(), bytes);
  }
  return out;
}

}  // namespace hearth::runtime
