#include "compress/float_rows.h"

#include <algorithm>

#include "base/cpu.h"
#include "base/decode.h"
#include "base/float_types.h"
#include "kernels/matmul/matmul.h"

namespace hearth::compress {
namespace {

float rounded_to(ElementType type, float value) {
  if (type == ElementType::f16) return round_to_f16(value);
  return type == ElementType::bf16 ? round_to_bf16(value) : value;
}

// Each product is rounded to the type of the weight.
void apply_factors(const PlannedWeight& weight, int64_t first_row, int64_t count, float* values) {
  const auto& columns = weight.column_factors;
  const auto& rows = weight.row_factors;
  if (columns.empty() && rows.empty()) return;
  const int64_t experts = std::max<int64_t>(
      1, static_cast<int64_t>(columns.size()) / std::max<int64_t>(1, weight.cols));
  const int64_t rows_of_expert = weight.rows / experts;
  for (int64_t row = first_row; row < first_row + count; ++row, values += weight.cols) {
    const float* of_columns =
        columns.empty() ? nullptr : columns.data() + row / rows_of_expert * weight.cols;
    const float of_row = rows.empty() ? 1.0f : rows[static_cast<size_t>(row)];
    for (int64_t col = 0; col < weight.cols; ++col) {
      values[col] = rounded_to(weight.type, values[col] * of_row);
      if (of_columns != nullptr)
        values[col] = rounded_to(weight.type, values[col] * of_columns[col]);
    }
  }
}

}  // namespace

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
