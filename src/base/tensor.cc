#include "hearth/tensor.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/error.h"

namespace hearth {
namespace {

constexpr size_t kAlignment = 64;

constexpr size_t kMaxBytes = size_t{1} << 47;  // what a process can address at all

[[noreturn]] void out_of_memory(size_t bytes) {
  failed("out of memory: could not allocate {} bytes for a tensor", bytes);
}

std::shared_ptr<void> allocate_bytes(size_t bytes) {
  if (bytes > kMaxBytes) out_of_memory(bytes);
  const size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  void* memory = std::aligned_alloc(kAlignment, rounded == 0 ? kAlignment : rounded);
  if (memory == nullptr) out_of_memory(bytes);
  return {memory, [](void* p) { std::free(p); }};
}

std::shared_ptr<void> allocate_strings(size_t count) {
  if (count > kMaxBytes / sizeof(std::string)) out_of_memory(count);
  auto* strings = new (std::nothrow) std::string[count];
  if (strings == nullptr) out_of_memory(count * sizeof(std::string));
  return {static_cast<void*>(strings), [strings](void*) { delete[] strings; }};
}

}  // namespace

Tensor::Tensor(ElementType type, const Shape& shape) : type_(type) { set_shape(shape); }

Tensor::Tensor(ElementType type, const Shape& shape, void* data)
    : type_(type), shape_(shape), size_(shape_size(shape)), data_(data) {}

Tensor::Tensor(ElementType type, const Shape& shape, void* data, std::shared_ptr<const void> owner)
    : type_(type), shape_(shape), size_(shape_size(shape)), data_(data), owner_(std::move(owner)) {}

size_t Tensor::get_byte_size() const {
  if (type_ == ElementType::string) return size_ * sizeof(std::string);
  return type_ == ElementType::dynamic ? 0 : byte_size(type_, size_);
}

void Tensor::set_shape(const Shape& shape) {
  const size_t count = shape_size(shape);
  if (type_ == ElementType::string) {
    if (data_ == nullptr || count > size_) {
      auto memory = allocate_strings(count);
      data_ = memory.get();
      owner_ = std::move(memory);
    }
  } else {
    const size_t bytes = byte_size(type_, count);
    if (data_ == nullptr || bytes > (capacity_bytes_ > 0 ? capacity_bytes_ : get_byte_size())) {
      auto memory = allocate_bytes(bytes);
      data_ = memory.get();
      owner_ = std::move(memory);
      capacity_bytes_ = bytes;
    }
  }
  shape_ = shape;
  size_ = count;
}

Tensor Tensor::reshaped(const Shape& shape) const {
  Tensor out;
  out.set_view(*this, shape);
  return out;
}

void Tensor::set_view(const Tensor& other, const Shape& shape) {
  HEARTH_ASSERT(shape_size(shape) == other.size_,
                "a tensor was reshaped to another number of elements");
  type_ = other.type_;
  shape_ = shape;
  size_ = other.size_;
  capacity_bytes_ = other.capacity_bytes_;
  data_ = other.data_;
  owner_ = other.owner_;
}

Tensor Tensor::clone() const {
  if (type_ == ElementType::dynamic) return {};
  Tensor out(type_, shape_);
  if (type_ == ElementType::string) {
    for (size_t i = 0; i < size_; ++i)
      static_cast<std::string*>(out.data_)[i] = static_cast<const std::string*>(data_)[i];
  } else if (size_ > 0) {
    std::memcpy(out.data_, data_, get_byte_size());
  }
  return out;
}

bool Tensor::is_sole_owner() const {
  if (capacity_bytes_ == 0 || owner_.use_count() != 1) return false;
  // What others did with the bytes came before they let go of them.
  std::atomic_thread_fence(std::memory_order_acquire);
  return true;
}

void Tensor::check_type(ElementType asked) const {
  const bool byte_view = asked == ElementType::u8 && bits_of(type_) > 0 && bits_of(type_) <= 8;
  HEARTH_ASSERT(asked == type_ || byte_view, fmt::format("a tensor of type {} was read as {}",
                                                         to_string(type_), to_string(asked)));
}

}  // namespace hearth
