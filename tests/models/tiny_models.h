// What the tests of whole tiny models share: a golden's arrays as tensors.
#pragma once

#include <algorithm>
#include <vector>

#include "support/tiny_checkpoint.h"

namespace hearth::test_support {

/// Sums of a few hundred products of f32, 2 to 4 layers deep: two implementations differ by about
/// 1e-6 of the largest logit; 1e-4 is what the project promises.
inline constexpr double kLogitsTolerance = 1e-4;

inline Tensor int_rows(const std::vector<std::vector<int64_t>>& values) {
  Tensor out(ElementType::i64, {values.size(), values[0].size()});
  int64_t* data = out.data<int64_t>();
  for (const auto& row : values) data = std::copy(row.begin(), row.end(), data);
  return out;
}

/// Columns [begin, end) of an i64 tensor [B, T].
inline Tensor columns(const Tensor& tensor, size_t begin, size_t end) {
  const size_t rows = tensor.get_shape()[0], length = tensor.get_shape()[1];
  Tensor out(ElementType::i64, {rows, end - begin});
  for (size_t row = 0; row < rows; ++row)
    std::copy(tensor.data<int64_t>() + row * length + begin,
              tensor.data<int64_t>() + row * length + end,
              out.data<int64_t>() + row * (end - begin));
  return out;
}

inline Tensor identity_beams(size_t rows) {
  Tensor out(ElementType::i32, {rows});
  for (size_t i = 0; i < rows; ++i) out.data<int32_t>()[i] = static_cast<int32_t>(i);
  return out;
}

}  // namespace hearth::test_support
