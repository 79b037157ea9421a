#include "genai/benchmark_floor.h"

#include <algorithm>
#include <array>

namespace hearth::genai {
namespace {

using runtime::Arithmetic;
using runtime::MachineRates;

constexpr Arithmetic kAllArithmetic[] = {Arithmetic::f32, Arithmetic::bf16, Arithmetic::int8};
constexpr std::array<const char*, 3> kNames = {"f32", "bf16", "int8"};

// Without instructions of its own an arithmetic is done in f32.
double operations_a_second(const MachineRates& rates, Arithmetic arithmetic) {
  const double giga = rates.of(arithmetic);
  return (giga > 0 ? giga : rates.f32_gflops) * 1e9;
}

// Products of `rows` rows, of which `head_rows` get logits; named after what takes most of it.
Floor arithmetic_floor(const TokenModel& model, const MachineRates& rates, size_t rows,
                       size_t head_rows) {
  std::array<double, kNames.size()> seconds{};
  for (const runtime::ProductWork& work : model.products()) {
    const auto multiplied = static_cast<double>(work.is_head ? head_rows : rows);
    const double rate = operations_a_second(rates, work.arithmetic);
    if (rate > 0)
      seconds[static_cast<size_t>(work.arithmetic)] +=
          2.0 * static_cast<double>(work.weights) * multiplied / rate;
  }
  Floor floor;
  double most = 0;
  for (const Arithmetic arithmetic : kAllArithmetic) {
    const auto i = static_cast<size_t>(arithmetic);
    floor.seconds += seconds[i];
    if (seconds[i] > most) floor.name = kNames[i];
    most = std::max(most, seconds[i]);
  }
  return floor;
}

Floor slower(const Floor& arithmetic, const MachineRates& rates, size_t bytes) {
  const Floor bandwidth{"bandwidth", static_cast<double>(bytes) / (rates.read_gb_s * 1e9)};
  return bandwidth.seconds > arithmetic.seconds ? bandwidth : arithmetic;
}

}  // namespace

Floor prompt_floor(const TokenModel& model, const MachineRates& rates, size_t tokens,
                   size_t batch) {
  return slower(arithmetic_floor(model, rates, tokens * batch, batch), rates, model.weight_bytes());
}

Floor step_floor(const TokenModel& model, const MachineRates& rates, size_t context, size_t batch) {
  return slower(arithmetic_floor(model, rates, batch, batch), rates,
                model.weight_bytes() + batch * model.cache_bytes(context));
}

}  // namespace hearth::genai
