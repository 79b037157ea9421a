// One weight on its way from the float constant to codes and scales: read, quantised on all cores
// and handed on block by block, so that memory holds a few blocks and the scales of one weight.
#pragma once

#include <memory>
#include <vector>

#include "compress/rewrite.h"
#include "compress/row_blocks.h"
#include "hearth/compress.hpp"

namespace hearth::compress {

/// What is learned of a weight while it is written.
struct WeightRecord {
  CompressedLayer layer;
  uint64_t peak_private_bytes = 0;
};

/// `source` are the bytes of the float constant; `record` is filled in when the codes have been
/// produced. Weights may share `buffers` whose recipes
/// run one after the other. The codes' recipe throws bad_input naming the tensor when it has NaN or
/// infinity.
CompressedWeight compressed_bytes(const PlannedWeight& weight, const Bytes& source,
                                  const std::vector<float>& table,
                                  const std::shared_ptr<BlockBuffers>& buffers,
                                  const std::shared_ptr<WeightRecord>& record);

/// The largest mean squared error of a row after int8_asym with one scale a row.
double int8_sensitivity(const PlannedWeight& weight, const Bytes& source, BlockBuffers& buffers);

}  // namespace hearth::compress
