#include "base/decode.h"

#include <cstring>

#include "base/error.h"
#include "base/float_types.h"

namespace hearth {
namespace {

template <typename T>
T load(const std::byte* data, size_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));  // constants may lie at any offset
  return value;
}

uint8_t nibble(const std::byte* data, size_t index) {
  const auto byte = static_cast<uint8_t>(data[index / 2]);
  return index % 2 == 0 ? byte & 0xf : byte >> 4;
}

float small_float(ElementType type, const std::byte* data, size_t i) {
  switch (type) {
    case ElementType::f16:
      return f16_to_f32(load<uint16_t>(data, i));
    case ElementType::bf16:
      return bf16_to_f32(load<uint16_t>(data, i));
    case ElementType::f8e4m3:
      return f8e4m3_to_f32(load<uint8_t>(data, i));
    case ElementType::f8e5m2:
      return f8e5m2_to_f32(load<uint8_t>(data, i));
    case ElementType::f8e8m0:
      return f8e8m0_to_f32(load<uint8_t>(data, i));
    case ElementType::nf4:
      return kNf4Values[nibble(data, i)];
    case ElementType::f4e2m1:
      return kF4E2M1Values[nibble(data, i)];
    case ElementType::f64:
      return static_cast<float>(load<double>(data, i));
    default:
      return load<float>(data, i);
  }
}

// GGUF blocks (layouts: ggml's ggml-common.h). Each decodes element `i` of one block.

float q8_0(const std::byte* block, size_t i) {
  return f16_to_f32(load<uint16_t>(block, 0)) * static_cast<float>(load<int8_t>(block + 2, i));
}

// Elements 0..15 of a 4-bit block are the low nibbles, 16..31 the high ones.
int q4_code(const std::byte* codes, size_t i) {
  const auto byte = static_cast<uint8_t>(codes[i % 16]);
  return i < 16 ? byte & 0xf : byte >> 4;
}

float q4_0(const std::byte* block, size_t i) {
  return f16_to_f32(load<uint16_t>(block, 0)) * static_cast<float>(q4_code(block + 2, i) - 8);
}

float q4_1(const std::byte* block, size_t i) {
  return f16_to_f32(load<uint16_t>(block, 0)) * static_cast<float>(q4_code(block + 4, i)) +
         f16_to_f32(load<uint16_t>(block, 1));
}

// 256 elements: low[128] four bits each, high[64] two bits each, 16 int8 scales, f16 scale. Element
// i lies in half h = i / 128, quarter q = (i % 128) / 32, column c = i % 32.
float q6_k(const std::byte* block, size_t i) {
  const size_t half = i / 128, quarter = (i % 128) / 32, column = i % 32;
  const auto low_byte = static_cast<uint8_t>(block[half * 64 + (quarter % 2) * 32 + column]);
  const auto high_byte = static_cast<uint8_t>(block[128 + half * 32 + column]);
  const int low = quarter < 2 ? low_byte & 0xf : low_byte >> 4;
  const int high = (high_byte >> (2 * quarter)) & 3;
  const int code = (low | (high << 4)) - 32;
  const auto scale = static_cast<float>(load<int8_t>(block + 192, i / 16));
  return f16_to_f32(load<uint16_t>(block + 208, 0)) * scale * static_cast<float>(code);
}

float block_element(ElementType type, const std::byte* data, size_t index) {
  const std::byte* block = data + index / block_elements(type) * block_bytes(type);
  const size_t i = index % block_elements(type);
  switch (type) {
    case ElementType::q8_0:
      return q8_0(block, i);
    case ElementType::q4_0:
      return q4_0(block, i);
    case ElementType::q4_1:
      return q4_1(block, i);
    default:
      return q6_k(block, i);
  }
}

}  // namespace

int64_t read_int(ElementType type, const std::byte* data, size_t i) {
  switch (type) {
    case ElementType::boolean:
      return load<uint8_t>(data, i) != 0 ? 1 : 0;
    case ElementType::u1:
      return (static_cast<uint8_t>(data[i / 8]) >> (7 - i % 8)) & 1;
    case ElementType::u2:
      return (static_cast<uint8_t>(data[i / 4]) >> (2 * (i % 4))) & 3;
    case ElementType::u4:
      return nibble(data, i);
    case ElementType::i4:
      return (nibble(data, i) ^ 8) - 8;
    case ElementType::u8:
      return load<uint8_t>(data, i);
    case ElementType::i8:
      return load<int8_t>(data, i);
    case ElementType::u16:
      return load<uint16_t>(data, i);
    case ElementType::i16:
      return load<int16_t>(data, i);
    case ElementType::u32:
      return load<uint32_t>(data, i);
    case ElementType::i32:
      return load<int32_t>(data, i);
    case ElementType::u64:
    case ElementType::i64:
      return load<int64_t>(data, i);
    default:
      assertion_failed(__FILE__, __LINE__, "read_int", "not an integer type");
  }
}

void decode_to_f32(ElementType type, const std::byte* data, size_t first, size_t count,
                   float* out) {
  if (type == ElementType::f32) {
    std::memcpy(out, data + first * sizeof(float), count * sizeof(float));
  } else if (is_gguf_block(type)) {
    for (size_t i = 0; i < count; ++i) out[i] = block_element(type, data, first + i);
  } else if (is_float(type)) {
    for (size_t i = 0; i < count; ++i) out[i] = small_float(type, data, first + i);
  } else if (type == ElementType::u64) {
    for (size_t i = 0; i < count; ++i) out[i] = static_cast<float>(load<uint64_t>(data, first + i));
  } else {
    for (size_t i = 0; i < count; ++i) out[i] = static_cast<float>(read_int(type, data, first + i));
  }
}

void encode_from_f32(ElementType type, const float* in, size_t first, size_t count,
                     std::byte* data) {
  const auto put = [&](auto convert) {
    for (size_t i = 0; i < count; ++i) {
      const auto value = convert(in[i]);
      std::memcpy(data + (first + i) * sizeof(value), &value, sizeof(value));
    }
  };
  switch (type) {
    case ElementType::f16:
      return put(f32_to_f16);
    case ElementType::bf16:
      return put(f32_to_bf16);
    case ElementType::f32:
      return put([](float v) { return v; });
    case ElementType::f64:
      return put([](float v) { return static_cast<double>(v); });
    default:
      assertion_failed(__FILE__, __LINE__, "encode_from_f32", "not a float tensor type");
  }
}

}  // namespace hearth
