// The rows of a weight in parts that fit a core's cache, and blocks of parts that all cores work
// on.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "base/threads.h"
#include "compress/plan.h"

namespace hearth::compress {

/// What a part is worked on in.
struct PartBuffer {
  std::vector<float> values;  ///< [rows of a part, cols]
  std::vector<float> row;     ///< [cols]
};

/// Memory that the weights of a model use one after the other: made anew for each, it would cost
/// more page faults than reading the model.
struct BlockBuffers {
  std::vector<PartBuffer> parts;
  std::array<std::vector<std::byte>, 3> codes;  ///< of one block each
};

/// Rows in pairs: two rows of 4-bit codes, scales or zero points fill whole bytes.
class RowBlocks {
 public:
  RowBlocks(const PlannedWeight& weight, BlockBuffers& buffers)
      : rows_(weight.rows), part_(part_rows(weight)), buffers_(buffers) {
    const auto parts = static_cast<size_t>(kPartsPerCore * ThreadPool::instance().size());
    if (buffers.parts.size() < parts) buffers.parts.resize(parts);
    for (PartBuffer& part : buffers.parts) {
      grow(part.values, part_ * weight.cols);
      grow(part.row, weight.cols);
    }
  }

  int64_t block_rows() const { return part_ * static_cast<int64_t>(buffers_.parts.size()); }
  /// The end of the block that begins at row `first`.
  int64_t end(int64_t first) const { return std::min(first + block_rows(), rows_); }
  /// work(begin, end, buffer) for the parts of the block that begins at row `first`, on all cores;
  /// what it returns, in the order of the parts.
  template <typename Work>
  auto run(int64_t first, Work&& work) const {
    const auto parts = static_cast<int>((end(first) - first + part_ - 1) / part_);
    std::vector<decltype(work(first, first, buffers_.parts[0]))> out(static_cast<size_t>(parts));
    ThreadPool::instance().run(parts, [&](int part) {
      const int64_t begin = first + part * part_;
      out[static_cast<size_t>(part)] = work(begin, std::min(begin + part_, end(first)),
                                            buffers_.parts[static_cast<size_t>(part)]);
    });
    return out;
  }

 private:
  static constexpr int64_t kPartElements = 1 << 16;  // whose f32 stay in a core's L2 cache
  static constexpr int64_t kPartsPerCore = 8;        // so that a slow core holds up less

  static int64_t even(int64_t value) { return value + value % 2; }
  static int64_t part_rows(const PlannedWeight& weight) {
    const int64_t fitting = kPartElements / std::max<int64_t>(weight.cols, 1);
    return std::min(even(std::max<int64_t>(fitting, 2)), even(weight.rows));
  }
  static void grow(std::vector<float>& values, int64_t size) {
    if (values.size() < static_cast<size_t>(size)) values.resize(static_cast<size_t>(size));
  }

  int64_t rows_, part_;
  BlockBuffers& buffers_;
};

}  // namespace hearth::compress
