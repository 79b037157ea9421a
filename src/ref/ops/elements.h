// Elements of tensors as numbers: floats are computed in f32 (f64 in double), integers in 64 bits
// with wrap-around to the type. Memory of a tensor may lie at any address, so nothing here casts
// it.
#pragma once

#include <cmath>
#include <type_traits>
#include <vector>

#include "ref/evaluate.h"

namespace hearth::ref {

/// Calls f(W{}) with the type in which elements of `type` are computed: float, double, int64_t
/// (booleans too) or uint64_t (u64 only). Fails for types that are only stored.
template <typename F>
void with_number(const Evaluation& e, ElementType type, F&& f) {
  switch (type) {
    case ElementType::f16:
    case ElementType::bf16:
    case ElementType::f32:
      return f(float{});
    case ElementType::f64:
      return f(double{});
    case ElementType::u64:
      return f(uint64_t{});
    default:
      if (is_integer(type) || type == ElementType::boolean) return f(int64_t{});
      e.fail("cannot compute with elements of type {}", to_string(type));
  }
}

/// `count` elements from `first` on. W holds what the tensor's type holds, or is float or double.
template <typename W>
std::vector<W> load(const Tensor& tensor, size_t first, size_t count);
template <typename W>
std::vector<W> load(const Tensor& tensor) {
  return load<W>(tensor, 0, tensor.get_size());
}

/// Writes all elements of `out`: floats rounded to nearest, integers wrapped to the type.
template <typename W>
void store(const std::vector<W>& values, Tensor& out);

template <>
std::vector<float> load<float>(const Tensor& tensor, size_t first, size_t count);
template <>
std::vector<double> load<double>(const Tensor& tensor, size_t first, size_t count);
template <>
std::vector<int64_t> load<int64_t>(const Tensor& tensor, size_t first, size_t count);
template <>
std::vector<uint64_t> load<uint64_t>(const Tensor& tensor, size_t first, size_t count);
template <>
void store<float>(const std::vector<float>& values, Tensor& out);
template <>
void store<double>(const std::vector<double>& values, Tensor& out);
template <>
void store<int64_t>(const std::vector<int64_t>& values, Tensor& out);
template <>
void store<uint64_t>(const std::vector<uint64_t>& values, Tensor& out);

/// Copies elements as they are, of any type but GGUF's blocks. Both tensors have the same type.
void copy_elements(const Tensor& from, size_t first, Tensor& to, size_t at, size_t count);

/// Fills `to` with elements of `from`: `start` leads to the first, steps[d] from one index of axis
/// d to the next.
void copy_strided(const Tensor& from, int64_t start, const std::vector<int64_t>& steps, Tensor& to);

template <typename W>
inline constexpr bool kIsFloat = std::is_floating_point_v<W>;

/// v as an integer, cut towards zero. What int64 (for u64: uint64) cannot hold becomes the smallest
/// int64, and in the types up to i32 what int32 cannot hold becomes the smallest int32: x86's
/// "integer indefinite", which OpenVINO shows too.
int64_t to_integer(double v, ElementType type);

}  // namespace hearth::ref
