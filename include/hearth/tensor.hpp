// A dense row-major tensor: shared ownership of its bytes, as cheap to copy as a pointer.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "hearth/element_type.hpp"
#include "hearth/shape.hpp"

namespace hearth {

/// The C++ type `T` as an element type: float, double, [u]int{8,16,32,64}_t, bool.
template <typename T>
constexpr ElementType element_type_of();

class Tensor {
 public:
  /// No tensor: element type dynamic, rank 0, no data.
  Tensor() = default;
  /// Allocates, 64-byte aligned, not initialised. Throws bad_input on absurd sizes, failed when
  /// there is no memory.
  Tensor(ElementType type, const Shape& shape);
  /// Views memory that somebody else owns; the caller keeps it alive.
  Tensor(ElementType type, const Shape& shape, void* data);
  /// Views memory kept alive by `owner`.
  Tensor(ElementType type, const Shape& shape, void* data, std::shared_ptr<const void> owner);

  ElementType get_element_type() const { return type_; }
  const Shape& get_shape() const { return shape_; }
  size_t get_size() const { return size_; }  ///< elements
  size_t get_byte_size() const;
  explicit operator bool() const { return data_ != nullptr || type_ != ElementType::dynamic; }

  /// Reallocates when the new shape needs more than was allocated; contents are then undefined.
  void set_shape(const Shape& shape);
  /// The same bytes seen with another shape of as many elements.
  Tensor reshaped(const Shape& shape) const;
  /// Becomes a view of the bytes of `other` with another shape of as many elements; allocates
  /// nothing when it was one of that rank before.
  void set_view(const Tensor& other, const Shape& shape);
  /// A copy with bytes of its own.
  Tensor clone() const;

  /// True when this tensor owns its bytes and no other tensor or view shares them.
  bool is_sole_owner() const;

  void* data() { return data_; }
  const void* data() const { return data_; }
  /// Typed access; asserts that T is the tensor's element type (char types also view 8-bit ones).
  template <typename T>
  T* data() {
    check_type(element_type_of<T>());
    return static_cast<T*>(data_);
  }
  template <typename T>
  const T* data() const {
    check_type(element_type_of<T>());
    return static_cast<const T*>(data_);
  }

 private:
  void check_type(ElementType asked) const;

  ElementType type_ = ElementType::dynamic;
  Shape shape_;
  size_t size_ = 0;
  size_t capacity_bytes_ = 0;  // of memory this tensor allocated itself, else 0
  void* data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

template <>
constexpr ElementType element_type_of<float>() {
  return ElementType::f32;
}
template <>
constexpr ElementType element_type_of<double>() {
  return ElementType::f64;
}
template <>
constexpr ElementType element_type_of<int8_t>() {
  return ElementType::i8;
}
template <>
constexpr ElementType element_type_of<int16_t>() {
  return ElementType::i16;
}
template <>
constexpr ElementType element_type_of<int32_t>() {
  return ElementType::i32;
}
template <>
constexpr ElementType element_type_of<int64_t>() {
  return ElementType::i64;
}
template <>
constexpr ElementType element_type_of<uint8_t>() {
  return ElementType::u8;
}
template <>
constexpr ElementType element_type_of<uint16_t>() {
  return ElementType::u16;
}
template <>
constexpr ElementType element_type_of<uint32_t>() {
  return ElementType::u32;
}
template <>
constexpr ElementType element_type_of<uint64_t>() {
  return ElementType::u64;
}
template <>
constexpr ElementType element_type_of<bool>() {
  return ElementType::boolean;
}
template <>
constexpr ElementType element_type_of<std::string>() {
  return ElementType::string;
}

}  // namespace hearth
