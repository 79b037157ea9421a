// Weight-only compression of a graph: planned and rewritten at once, computed while it is written.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "compress/weight_stream.h"
#include "hearth/progress.hpp"

namespace hearth::compress {

class Compression {
 public:
  /// Throws bad_input as make_plan() does, and interrupted.
  Compression(ir::Graph& graph, const CompressOptions& options, Progress* progress);
  /// Once the graph has been written.
  CompressReport report() const;

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Plan plan_;
  std::vector<std::shared_ptr<WeightRecord>> records_;  // by weight of the plan
};

/// Elements of the graph's float constants of two axes and more.
uint64_t count_weights(const ir::Graph& graph);

}  // namespace hearth::compress
