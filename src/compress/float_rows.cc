#include "compress/float_rows.h"

#include "base/cpu.h"
#include "base/decode.h"
#include "compress/awq.h"
#include "kernels/matmul/matmul.h"

namespace hearth::compress {

FloatRows::FloatRows(const PlannedWeight& weight, const Bytes& source)
    : weight_(weight), bytes_(source.materialized()) {}

void FloatRows::read(int64_t first, int64_t count, float* out) const {
  if (weight_.column_stride == 1) {
    kernels::WeightMatrix matrix;
    matrix.type = weight_.type;
    matrix.data = bytes_.data();
    matrix.rows = weight_.rows;
    matrix.cols = matrix.group = weight_.cols;
    for (int64_t row = 0; row < count; ++row)
      kernels::decode_row(matrix, first + row, active_isa(), out + row * weight_.cols);
  } else {
    for (int64_t row = 0; row < count; ++row)
      for (int64_t col = 0; col < weight_.cols; ++col)
        decode_to_f32(weight_.type, bytes_.data(),
                      static_cast<size_t>(weight_.element(first + row, col)), 1,
                      out + row * weight_.cols + col);
  }
  apply_factors(weight_, first, count, out);
}

}  // namespace hearth::compress
