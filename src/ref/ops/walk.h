// Walking over the elements of a shape with several tensors at once.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "hearth/shape.hpp"

namespace hearth::ref {

/// Elements from one index of an axis to the next; 0 repeats the same element.
using Strides = std::vector<size_t>;

inline Strides row_major(const Shape& shape) {
  Strides out(shape.size());
  size_t step = 1;
  for (size_t d = shape.size(); d-- > 0; step *= shape[d]) out[d] = step;
  return out;
}

/// Strides that read `shape` as if it were broadcast (numpy) to `target`.
inline Strides broadcast_strides(const Shape& shape, const Shape& target) {
  const Strides own = row_major(shape);
  Strides out(target.size(), 0);
  for (size_t d = 0; d < shape.size(); ++d)
    if (shape[d] != 1) out[d + target.size() - shape.size()] = own[d];
  return out;
}

/// Calls f(n, offsets) for every element of `shape` in row-major order: n counts them, offsets[k]
/// is where the strides k lead.
template <size_t N, typename F>
void walk(const Shape& shape, const std::array<Strides, N>& strides, F&& f) {
  const size_t count = shape_size(shape);
  std::vector<size_t> index(shape.size(), 0);
  std::array<size_t, N> offsets{};
  for (size_t n = 0; n < count; ++n) {
    f(n, offsets);
    for (size_t d = shape.size(); d-- > 0;) {
      for (size_t k = 0; k < N; ++k) offsets[k] += strides[k][d];
      if (++index[d] < shape[d]) break;
      for (size_t k = 0; k < N; ++k) offsets[k] -= strides[k][d] * shape[d];
      index[d] = 0;
    }
  }
}

/// An axis seen from outside and inside: element (o, i, r) lies at (o * size + i) * inner + r.
struct AxisView {
  size_t outer = 1, size = 1, inner = 1;
};
inline AxisView view_axis(const Shape& shape, size_t axis) {
  AxisView v;
  for (size_t d = 0; d < shape.size(); ++d)
    (d < axis ? v.outer : d > axis ? v.inner : v.size) *= shape[d];
  return v;
}

}  // namespace hearth::ref
