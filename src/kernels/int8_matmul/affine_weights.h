// Weights that are affine in unsigned integers: W[n][k] = scale * code + offset, a pair for every
// group of a row. Signed codes are made unsigned by turning their top bit, and zero points go into
// the offsets.
#pragma once

#include "kernels/matmul/matmul.h"

namespace hearth::kernels {

struct AffineWeights {
  const std::byte* data = nullptr;  // of the first segment of row 0, behind its header
  int64_t row_bytes = 0;
  int64_t header = 0;         // bytes of scales before each segment; 0: scales lie elsewhere
  int64_t segment_bytes = 0;  // from one segment of 32 codes to the next
  int64_t groups = 0;         // in a row
  int64_t group = 0;          // columns
  bool is_nibbles = false;    // else bytes
  bool is_split = false;  // nibbles: low halves are columns 0 to 15, else they are the even ones
  uint8_t flip = 0;       // code = stored byte ^ flip
  float zero_point = 0;   // of all codes, beside the zero points that the weight has

  const std::byte* segment(int64_t row, int64_t segment) const {
    return data + row * row_bytes + segment * segment_bytes;
  }
};

/// Null when the weight is of this kind with rows and groups of whole segments, else why not.
const char* refuse_affine(const WeightMatrix& weight);
/// The view of a weight that refuse_affine() takes.
AffineWeights affine_weights(const WeightMatrix& weight);

/// scale[g] and offset[g] of all groups of row n, `stride` floats apart.
void read_affine(const WeightMatrix& weight, const AffineWeights& view, int64_t n, float* scale,
                 float* offset, int64_t stride);

}  // namespace hearth::kernels
