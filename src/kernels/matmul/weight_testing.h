// Weight matrices of every kind for tests, at any alignment and before an unreadable page.
#pragma once

#include <memory>

#include "base/decode.h"
#include "base/float_types.h"
#include "kernels/matmul/matmul.h"
#include "kernels/testing.h"

namespace hearth::kernels {

using T = ElementType;

// One way to store a weight matrix; `group` 0 means per row.
struct Kind {
  T type;
  T scale_type = T::dynamic;
  int64_t group = 0;
  T zero_point_type = T::dynamic;
  bool zero_point_is_scalar = false;
  float tensor_scale = 1.0f;
  int64_t table_size = 0;  // less than the codes reach: those past the end are 0
};

inline std::string describe(const Kind& kind, int64_t rows, int64_t cols) {
  return fmt::format("{} [{}, {}] scales {} group {} zero points {}{} table {}; {}",
                     to_string(kind.type), rows, cols, to_string(kind.scale_type), kind.group,
                     to_string(kind.zero_point_type), kind.zero_point_is_scalar ? " (scalar)" : "",
                     kind.table_size, seed_note());
}

// Random elements of a type without NaN and infinity, of magnitude about 1.
inline void fill(T type, std::byte* data, size_t count, std::mt19937& generator) {
  if (type == T::f32 || type == T::f16 || type == T::bf16 || type == T::f64) {
    const auto values = random_floats(generator, static_cast<int64_t>(count));
    return encode_from_f32(type, values.data(), 0, count, data);
  }
  for (size_t i = 0; i < byte_size(type, count); ++i) {
    auto bits = static_cast<uint8_t>(generator());
    if (type == T::f8e4m3 && (bits & 0x7f) == 0x7f) bits ^= 1;
    if (type == T::f8e5m2 && (bits & 0x7c) == 0x7c) bits ^= 4;
    if (type == T::f8e8m0) bits = static_cast<uint8_t>(120 + bits % 12);
    data[i] = std::byte{bits};
  }
  const auto put_half = [&](size_t offset, float value) {
    const uint16_t half = f32_to_f16(value);
    std::memcpy(data + offset, &half, sizeof(half));
  };
  if (!is_gguf_block(type)) return;
  for (size_t b = 0; b < count / block_elements(type); ++b) {
    const size_t block = b * block_bytes(type);
    if (type == T::q6_k) {
      put_half(block + 208, 0.001f);
    } else {
      put_half(block, 0.0125f * static_cast<float>(1 + generator() % 8));
    }
    if (type == T::q4_1) put_half(block + 2, -0.4f);
  }
}

struct Weight {
  WeightMatrix matrix;
  std::unique_ptr<GuardedBytes> data, scales, zero_points;
  std::vector<float> table;
};

inline std::unique_ptr<GuardedBytes> random_bytes(T type, int64_t count, size_t gap,
                                                  std::mt19937& generator) {
  auto bytes = std::make_unique<GuardedBytes>(byte_size(type, static_cast<size_t>(count)), gap);
  fill(type, bytes->data(), static_cast<size_t>(count), generator);
  return bytes;
}

inline Weight make_weight(const Kind& kind, int64_t rows, int64_t cols, size_t gap,
                          std::mt19937& generator) {
  Weight w;
  WeightMatrix& m = w.matrix;
  m.type = kind.type;
  m.rows = rows;
  m.cols = cols;
  m.group = kind.group == 0 ? cols : kind.group;
  w.data = random_bytes(kind.type, rows * cols, gap, generator);
  m.data = w.data->data();
  const int64_t groups = rows * (cols / m.group);
  if (kind.scale_type != T::dynamic) {
    m.scale_type = kind.scale_type;
    w.scales = random_bytes(kind.scale_type, groups, gap, generator);
    m.scales = w.scales->data();
  }
  if (kind.zero_point_type != T::dynamic) {
    m.zero_point_type = kind.zero_point_type;
    m.zero_point_is_scalar = kind.zero_point_is_scalar;
    w.zero_points =
        random_bytes(kind.zero_point_type, kind.zero_point_is_scalar ? 1 : groups, gap, generator);
    m.zero_points = w.zero_points->data();
  }
  m.tensor_scale = kind.tensor_scale;
  if (kind.table_size > 0) {
    w.table = random_floats(generator, kind.table_size);
    m.table = w.table.data();
    m.table_size = kind.table_size;
  }
  return w;
}

}  // namespace hearth::kernels
