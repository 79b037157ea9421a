#include "compress/mixed_precision.h"

#include <algorithm>
#include <numeric>

namespace hearth::compress {
namespace {

// The distance from 1 to the next value of the type, which NNCF adds to the error so that it can be
// divided by. Of bf16 NNCF takes that of f16, the type under which OpenVINO shows it to NumPy.
double epsilon(ElementType type) {
  struct Row {
    ElementType type;
    double epsilon;
  };
  static constexpr Row kEpsilons[] = {
      {ElementType::f64, 0x1p-52}, {ElementType::f16, 0x1p-10}, {ElementType::bf16, 0x1p-10}};
  for (const Row& row : kEpsilons)
    if (row.type == type) return row.epsilon;
  return 0x1p-23;
}

}  // namespace

// A layer that int8 represents almost exactly counts as a sensitive one: NNCF's criterion, whose
// reasoning is that large errors mean outliers, which a group of four bits follows better.
std::vector<PlannedWeight*> too_sensitive(const std::vector<PlannedWeight*>& layers, double ratio,
                                          const SensitivityOf& sensitivity_of) {
  struct Scored {
    PlannedWeight* layer;
    double score;
  };
  std::vector<Scored> scored;
  double all = 0;
  for (PlannedWeight* layer : layers) {
    scored.push_back({layer, 1 / (sensitivity_of(*layer) + epsilon(layer->type))});
    all += static_cast<double>(layer->elements());
  }
  std::stable_sort(scored.begin(), scored.end(),
                   [](const Scored& a, const Scored& b) { return a.score < b.score; });
  double taken = 0;
  const auto first = std::find_if(scored.begin(), scored.end(), [&](const Scored& next) {
    taken += static_cast<double>(next.layer->elements());
    return taken / all >= ratio;
  });
  std::vector<PlannedWeight*> out;
  std::transform(first, scored.end(), std::back_inserter(out),
                 [](const Scored& next) { return next.layer; });
  return out;
}

}  // namespace hearth::compress
