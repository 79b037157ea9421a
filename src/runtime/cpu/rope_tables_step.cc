// RopeTables: cosines and sines of positions times frequencies, as the reference op computes them.
#include <cmath>

#include "base/decode.h"
#include "base/error.h"
#include "runtime/cpu/step.h"

namespace hearth::runtime {
namespace {

// Elements; a cosine and a sine take about 15 ns together, so 5 us for the caller alone.
constexpr int64_t kShareTablesFrom = 320;

class RopeTablesStep : public Step {
 public:
  RopeTablesStep(std::vector<float> frequencies, float scale, const Settings& settings)
      : frequencies_(std::move(frequencies)), scale_(scale), settings_(settings) {
    const size_t half = frequencies_.size() / 2;
    repeats_ = frequencies_.size() % 2 == 0 &&
               std::equal(frequencies_.begin(), frequencies_.begin() + static_cast<int64_t>(half),
                          frequencies_.begin() + static_cast<int64_t>(half));
  }

  size_t planned_outputs() const override { return 2; }
  void output_shape(const StepContext& c, size_t, Shape& shape) const override {
    shape = input(c, 0).get_shape();  // [B, T]
    shape.push_back(frequencies_.size());
  }
  void run(StepContext& c) const override {
    const auto* positions = input(c, 0).data<int64_t>();
    const auto rows = static_cast<int64_t>(input(c, 0).get_size());
    float* cos = output(c, 0).data<float>();
    float* sin = output(c, 1).data<float>();
    const auto size = static_cast<int64_t>(frequencies_.size());
    const int parts = rows * size < kShareTablesFrom ? 1 : settings_.threads;
    c.pool.run(parts, [&](int part) {
      const Range r = share(rows, part, parts);
      for (int64_t row = r.begin; row < r.end; ++row)
        fill(positions[row], cos + row * size, sin + row * size);
    });
  }
  std::string kernel() const override { return "rope_tables"; }

 private:
  void fill(int64_t position, float* cos, float* sin) const {
    const size_t size = frequencies_.size(), computed = repeats_ ? size / 2 : size;
    for (size_t j = 0; j < computed; ++j) {
      const double angle = static_cast<float>(position) * frequencies_[j];
      cos[j] = static_cast<float>(std::cos(angle)) * scale_;
      sin[j] = static_cast<float>(std::sin(angle)) * scale_;
    }
    if (!repeats_) return;
    std::copy(cos, cos + computed, cos + computed);
    std::copy(sin, sin + computed, sin + computed);
  }

  std::vector<float> frequencies_;
  float scale_;
  Settings settings_;
  bool repeats_ = false;  // the second half of the frequencies is the first one again
};

}  // namespace

std::unique_ptr<Step> make_rope_tables(const BuildContext& context, const ir::Node& node,
                                       std::string& refusal) {
  std::vector<float> frequencies = float_constant(context.graph, node.inputs[1]);
  if (context.type(node.inputs[0]) != ElementType::i64) refusal = "the positions are not i64";
  if (frequencies.empty()) refusal = "the frequencies are no constant";
  if (!refusal.empty()) return nullptr;
  return std::make_unique<RopeTablesStep>(
      std::move(frequencies), static_cast<float>(node.attrs.number("scale")), context.settings);
}

}  // namespace hearth::runtime
