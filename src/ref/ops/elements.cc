#include "ref/ops/elements.h"

#include <cstring>

#include "base/decode.h"
#include "base/error.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

const std::byte* bytes(const Tensor& t) { return static_cast<const std::byte*>(t.data()); }
std::byte* bytes(Tensor& t) { return static_cast<std::byte*>(t.data()); }

/// Bit position of element `i` in its byte. u1 has element 0 in the high bit.
size_t shift_of(ElementType type, size_t bits, size_t i) {
  const size_t slot = i % (8 / bits);
  return type == ElementType::u1 ? 7 - slot : slot * bits;
}

uint8_t read_bits(ElementType type, const std::byte* data, size_t i) {
  const size_t bits = bits_of(type);
  const auto byte = static_cast<unsigned>(data[i * bits / 8]);
  return static_cast<uint8_t>((byte >> shift_of(type, bits, i)) & ((1u << bits) - 1));
}

void write_bits(ElementType type, std::byte* data, size_t i, uint64_t value) {
  const size_t bits = bits_of(type), shift = shift_of(type, bits, i);
  const unsigned mask = ((1u << bits) - 1) << shift;
  std::byte& byte = data[i * bits / 8];
  const auto field = static_cast<unsigned>(value << shift) & mask;
  byte = static_cast<std::byte>((static_cast<unsigned>(byte) & ~mask) | field);
}

template <typename T, typename W>
std::vector<W> load_as(const Tensor& tensor, size_t first, size_t count) {
  std::vector<W> out(count);
  for (size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, bytes(tensor) + (first + i) * sizeof(T), sizeof(T));
    out[i] = static_cast<W>(value);
  }
  return out;
}

template <typename W>
std::vector<W> load_integers(const Tensor& tensor, size_t first, size_t count) {
  const ElementType type = tensor.get_element_type();
  if (type == ElementType::u64) return load_as<uint64_t, W>(tensor, first, count);
  std::vector<W> out(count);
  for (size_t i = 0; i < count; ++i)
    out[i] = static_cast<W>(read_int(type, bytes(tensor), first + i));
  return out;
}

template <typename T, typename W>
void store_as(const std::vector<W>& values, Tensor& out) {
  for (size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<T>(values[i]);
    std::memcpy(bytes(out) + i * sizeof(T), &value, sizeof(T));
  }
}

template <typename W>
void store_integers(const std::vector<W>& values, Tensor& out) {
  const ElementType type = out.get_element_type();
  switch (bits_of(type)) {
    case 8:
      if (type == ElementType::boolean) {
        for (size_t i = 0; i < values.size(); ++i) bytes(out)[i] = std::byte{values[i] != 0};
        return;
      }
      return store_as<uint8_t>(values, out);
    case 16:
      return store_as<uint16_t>(values, out);
    case 32:
      return store_as<uint32_t>(values, out);
    case 64:
      return store_as<uint64_t>(values, out);
    default:
      if (!values.empty()) std::memset(out.data(), 0, out.get_byte_size());  // unused bits too
      for (size_t i = 0; i < values.size(); ++i)
        write_bits(type, bytes(out), i, static_cast<uint64_t>(values[i]));
  }
}

}  // namespace

template <>
std::vector<float> load<float>(const Tensor& tensor, size_t first, size_t count) {
  if (tensor.get_element_type() == ElementType::u64)
    return load_as<uint64_t, float>(tensor, first, count);
  std::vector<float> out(count);
  if (count > 0) decode_to_f32(tensor.get_element_type(), bytes(tensor), first, count, out.data());
  return out;
}

template <>
std::vector<double> load<double>(const Tensor& tensor, size_t first, size_t count) {
  const ElementType type = tensor.get_element_type();
  if (type == ElementType::f64) return load_as<double, double>(tensor, first, count);
  if (is_integer(type) || type == ElementType::boolean)
    return load_integers<double>(tensor, first, count);
  const std::vector<float> narrow = load<float>(tensor, first, count);
  return {narrow.begin(), narrow.end()};
}

template <>
std::vector<int64_t> load<int64_t>(const Tensor& tensor, size_t first, size_t count) {
  return load_integers<int64_t>(tensor, first, count);
}

template <>
std::vector<uint64_t> load<uint64_t>(const Tensor& tensor, size_t first, size_t count) {
  return load_integers<uint64_t>(tensor, first, count);
}

template <>
void store<float>(const std::vector<float>& values, Tensor& out) {
  encode_from_f32(out.get_element_type(), values.data(), 0, values.size(), bytes(out));
}

template <>
void store<double>(const std::vector<double>& values, Tensor& out) {
  if (out.get_element_type() == ElementType::f64) return store_as<double>(values, out);
  store(std::vector<float>(values.begin(), values.end()), out);
}

template <>
void store<int64_t>(const std::vector<int64_t>& values, Tensor& out) {
  store_integers(values, out);
}

template <>
void store<uint64_t>(const std::vector<uint64_t>& values, Tensor& out) {
  store_integers(values, out);
}

void copy_elements(const Tensor& from, size_t first, Tensor& to, size_t at, size_t count) {
  const ElementType type = from.get_element_type();
  HEARTH_ASSERT(type == to.get_element_type(), "elements are copied between tensors of one type");
  HEARTH_ASSERT(first + count <= from.get_size() && at + count <= to.get_size(),
                "elements are copied from inside a tensor to inside another");
  if (count == 0) return;
  if (type == ElementType::string) {
    const auto* source = static_cast<const std::string*>(from.data());
    std::copy_n(source + first, count, static_cast<std::string*>(to.data()) + at);
  } else if (is_packed(type)) {
    const size_t per_byte = 8 / bits_of(type);
    size_t done = 0;
    if (first % per_byte == 0 && at % per_byte == 0) {
      done = count / per_byte * per_byte;
      std::memcpy(bytes(to) + at / per_byte, bytes(from) + first / per_byte, done / per_byte);
    }
    for (; done < count; ++done)
      write_bits(type, bytes(to), at + done, read_bits(type, bytes(from), first + done));
  } else {
    const size_t size = bits_of(type) / 8;
    std::memcpy(bytes(to) + at * size, bytes(from) + first * size, count * size);
  }
}

void copy_strided(const Tensor& from, int64_t start, const std::vector<int64_t>& steps,
                  Tensor& to) {
  Shape outer = to.get_shape();
  const size_t size = outer.empty() ? 1 : outer.back();
  const int64_t step = outer.empty() ? 1 : steps.back();
  if (!outer.empty()) outer.pop_back();
  Strides rows;  // modulo 2^64, so that backward steps add up too
  for (size_t d = 0; d < outer.size(); ++d) rows.push_back(static_cast<size_t>(steps[d]));
  walk<1>(outer, {rows}, [&](size_t n, const auto& at) {
    const int64_t first = start + static_cast<int64_t>(at[0]);
    if (step == 1) return copy_elements(from, static_cast<size_t>(first), to, n * size, size);
    for (size_t i = 0; i < size; ++i)
      copy_elements(from, static_cast<size_t>(first + static_cast<int64_t>(i) * step), to,
                    n * size + i, 1);
  });
}

int64_t to_integer(double v, ElementType type) {
  const bool short_type = bits_of(type) < 32 || type == ElementType::i32;
  if (short_type) return v > -0x1p31 - 1 && v < 0x1p31 ? static_cast<int64_t>(v) : INT32_MIN;
  if (type == ElementType::u64 && v >= 0x1p63 && v < 0x1p64)
    return static_cast<int64_t>(static_cast<uint64_t>(v));
  return v >= -0x1p63 && v < 0x1p63 ? static_cast<int64_t>(v) : INT64_MIN;
}

}  // namespace hearth::ref
