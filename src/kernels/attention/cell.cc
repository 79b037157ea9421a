#include "kernels/attention/cell.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/decode.h"
#include "kernels/attention/driver.h"

namespace hearth::kernels {
namespace {

// Of some elements of a cell: the step between codes that spans them and zero, not a number when
// one of them is not finite.
float code_step(const float* x, int64_t count, float codes, float* low) {
  float least = 0, most = 0;
  bool numbers = true;
  for (int64_t i = 0; i < count; ++i) {
    least = std::min(least, x[i]);
    most = std::max(most, x[i]);
    numbers = numbers && std::isfinite(x[i]);
  }
  *low = least;
  return numbers ? most / codes - least / codes : std::numeric_limits<float>::quiet_NaN();
}

float clamped(float x, float least, float most) { return std::min(std::max(x, least), most); }

// Codes of one group, to write(index, code); returns the zero point.
template <typename Write>
uint8_t encode_group(const float* x, int64_t count, float step, float low, float most,
                     Write write) {
  const bool some = step >= std::numeric_limits<float>::min();  // false for NaN too
  const float inverse = some ? 1.0f / step : 0.0f;
  const float zero = some ? clamped(std::nearbyint(-low * inverse), 0, most) : 0.0f;
  for (int64_t i = 0; i < count; ++i)
    write(i, some ? static_cast<uint8_t>(clamped(std::nearbyint(x[i] * inverse) + zero, 0, most))
                  : uint8_t{0});
  return static_cast<uint8_t>(zero);
}

// A step of bf16: `up` is added to what is cut off.
IntegerStep rounded_step(float most, float limit, uint32_t up) {
  constexpr uint16_t kNotANumber = 0x7fc0;
  if (!std::isfinite(most)) return {kNotANumber, 0};
  if (most < 0x1p-100f) return {};  // next to nothing: its reciprocal would not be a number
  const uint32_t step = std::bit_cast<uint32_t>(most * (1.0f / limit)) + up;
  return {static_cast<uint16_t>(step >> 16), 1.0f / std::bit_cast<float>(step & 0xffff0000u)};
}

// An i16 cell: code(i) is where element i is.
struct IntegerCell {
  int64_t dim;
  float limit;
  std::byte* codes;
  int64_t stride, pair_stride;  // bytes between elements i and i + 2, i and i + 1
  std::byte* step;

  std::byte* code(int64_t i) const { return codes + i / 2 * stride + i % 2 * pair_stride; }
};

IntegerCell integer_key(const KvLayout& layout, std::byte* data, int64_t cell) {
  const size_t step = key_piece(layout).scales + static_cast<size_t>(cell) * 2;
  return {layout.key_dim, kKeyCodes, data + cell * 4, kBlockTokens * 4, 2, data + step};
}

IntegerCell integer_value(const KvLayout& layout, std::byte* data, int64_t cell) {
  const size_t step = value_piece(layout).scales + static_cast<size_t>(cell) * 2;
  std::byte* row = data + cell / 2 * padded(layout.value_dim) * 4 + cell % 2 * 2;
  return {layout.value_dim, kValueCodes, row, 8, 4, data + step};
}

// Or its bits where not finite.
float largest_magnitude(const float* x, int64_t count) {
  uint32_t most = 0;  // in order of magnitude, what is not a number last
  for (int64_t i = 0; i < count; ++i)
    most = std::max(most, std::bit_cast<uint32_t>(x[i]) & 0x7fffffffu);
  return std::bit_cast<float>(most);
}

float read_step(const std::byte* data) {
  uint16_t step;
  std::memcpy(&step, data, sizeof(step));
  return std::bit_cast<float>(static_cast<uint32_t>(step) << 16);
}

void encode(const IntegerCell& cell, const float* x) {
  const IntegerStep of = integer_step(largest_magnitude(x, cell.dim), cell.limit);
  std::memcpy(cell.step, &of.step, sizeof(of.step));
  for (int64_t i = 0; i < cell.dim; ++i) {
    const auto code =
        of.codes > 0 ? static_cast<int16_t>(std::nearbyint(x[i] * of.codes)) : int16_t{0};
    std::memcpy(cell.code(i), &code, sizeof(code));
  }
  if (cell.pair_stride == 2 && cell.dim % 2 != 0)  // keys end in a whole pair
    std::memset(cell.code(cell.dim), 0, sizeof(int16_t));
}

void decode(const IntegerCell& cell, float* out) {
  const float step = read_step(cell.step);
  for (int64_t i = 0; i < cell.dim; ++i) {
    int16_t code;
    std::memcpy(&code, cell.code(i), sizeof(code));
    out[i] = static_cast<float>(code) * step;
  }
}

// Elements [first, first + count) of a u8 cell, which have one step: element i is at codes + i /
// quad * stride + i % quad * near, `zero` more than its code.
struct ByteGroup {
  int64_t first, count;
  int zero;
  std::byte* codes;
  int64_t quad, stride, near;
  std::byte* step;

  std::byte& code(int64_t i) const { return codes[i / quad * stride + i % quad * near]; }
};

template <typename Visit>
void for_each_byte_group(const KvLayout& layout, std::byte* data, int64_t cell, bool key,
                         Visit visit) {
  const int64_t dim = key ? layout.key_dim : layout.value_dim;
  std::byte* steps = data + (key ? key_piece(layout) : value_piece(layout)).scales + cell * 2;
  if (!key) {
    std::byte* row = data + cell / 4 * padded(dim) * 4 + cell % 4;
    return visit(ByteGroup{0, dim, 0, row, 1, 4, 0, steps});
  }
  for (int64_t first = 0; first < dim; first += kCodeGroup, steps += kBlockTokens * 2)
    visit(ByteGroup{first, std::min(kCodeGroup, dim - first), kByteKeyZero, data + cell * 4, 4,
                    kBlockTokens * 4, 1, steps});
}

void encode_bytes(const ByteGroup& group, const float* x) {
  const IntegerStep of = byte_step(largest_magnitude(x + group.first, group.count));
  std::memcpy(group.step, &of.step, sizeof(of.step));
  for (int64_t i = group.first; i < group.first + group.count; ++i) {
    const int code = of.codes > 0 ? static_cast<int>(std::nearbyint(x[i] * of.codes)) : 0;
    group.code(i) = static_cast<std::byte>(code + group.zero);
  }
  // Keys end in whole quads.
  for (int64_t i = group.first + group.count; i % group.quad != 0; ++i)
    group.code(i) = static_cast<std::byte>(group.zero);
}

void decode_bytes(const ByteGroup& group, float* out) {
  const float step = read_step(group.step);
  for (int64_t i = group.first; i < group.first + group.count; ++i) {
    const auto code = static_cast<int8_t>(static_cast<int>(group.code(i)) - group.zero);
    out[i] = static_cast<float>(code) * step;
  }
}

// The codes of a u4 cell and what belongs to them: `stride` is from one pair of elements to the
// next, and group_stride from one group's zero point to the next.
struct CellCodes {
  int64_t dim;
  std::byte* codes;
  int64_t stride;
  std::byte* scale;
  std::byte* zeros;
  std::byte* multipliers;
  int64_t group_stride;

  uint8_t code(int64_t i) const {
    const auto both = static_cast<uint8_t>(codes[i / 2 * stride]);
    return i % 2 == 0 ? both & 15 : both >> 4;
  }
  void put(int64_t i, uint8_t value) const {
    if (i % 2 == 0) {
      codes[i / 2 * stride] = static_cast<std::byte>(value);  // the other half follows
    } else {
      codes[i / 2 * stride] |= static_cast<std::byte>(value << 4);
    }
  }
};

// The step of a group is the cell's scale times a multiplier of 1..255.
void encode(const CellCodes& cell, const float* x) {
  float scale = 0, low;
  for (int64_t first = 0; first < cell.dim; first += kCodeGroup) {
    const float step = code_step(x + first, std::min(kCodeGroup, cell.dim - first), 15, &low) / 255;
    if (!(step <= scale)) scale = step;  // NaN stays
    if (std::isnan(step)) break;
  }
  std::memcpy(cell.scale, &scale, sizeof(scale));
  for (int64_t g = 0, first = 0; first < cell.dim; ++g, first += kCodeGroup) {
    const int64_t count = std::min(kCodeGroup, cell.dim - first);
    const float step = code_step(x + first, count, 15, &low);
    const bool some = scale >= std::numeric_limits<float>::min();
    const float multiplier = some ? clamped(std::nearbyint(step / scale), 1, 255) : 1.0f;
    cell.multipliers[g * cell.group_stride] = static_cast<std::byte>(multiplier);
    cell.zeros[g * cell.group_stride] = static_cast<std::byte>(
        encode_group(x + first, count, scale * multiplier, low, 15,
                     [&](int64_t i, uint8_t code) { cell.put(first + i, code); }));
  }
}

void decode(const CellCodes& cell, float* out) {
  float scale;
  std::memcpy(&scale, cell.scale, sizeof(scale));
  for (int64_t i = 0; i < cell.dim; ++i) {
    const int64_t group = i / kCodeGroup * cell.group_stride;
    const auto zero = static_cast<int>(cell.zeros[group]);
    const float step = scale * static_cast<float>(cell.multipliers[group]);
    out[i] = static_cast<float>(static_cast<int>(cell.code(i)) - zero) * step;
  }
}

CodePiece piece_of_nibbles(int64_t dim) {
  const auto cells = static_cast<size_t>(kBlockTokens);
  const size_t parameters = static_cast<size_t>(code_groups(dim)) * cells;
  CodePiece p;
  p.scales = static_cast<size_t>((dim + 1) / 2) * cells;
  p.zeros = p.scales + cells * sizeof(float);
  p.multipliers = p.zeros + parameters;
  p.bytes = p.multipliers + parameters;
  return p;
}

CellCodes key_codes(const KvLayout& layout, std::byte* data, int64_t cell) {
  const CodePiece p = key_piece(layout);
  return {layout.key_dim,        data + cell,
          kBlockTokens,          data + p.scales + static_cast<size_t>(cell) * sizeof(float),
          data + p.zeros + cell, data + p.multipliers + cell,
          kBlockTokens};
}

CellCodes value_codes(const KvLayout& layout, std::byte* data, int64_t cell) {
  const CodePiece p = value_piece(layout);
  const int64_t dim = layout.value_dim, groups = code_groups(dim);
  return {dim,
          data + cell * ((dim + 1) / 2),
          1,
          data + p.scales + static_cast<size_t>(cell) * sizeof(float),
          data + p.zeros + cell * groups,
          data + p.multipliers + cell * groups,
          1};
}

// Codes, then `groups` steps for each cell.
CodePiece stepped_piece(int64_t code_bytes, int64_t groups) {
  const auto codes = static_cast<size_t>(code_bytes);
  return {.scales = codes,
          .bytes = codes + static_cast<size_t>(groups * kBlockTokens) * sizeof(uint16_t)};
}

}  // namespace

IntegerStep integer_step(float most, float limit) { return rounded_step(most, limit, 0xffff); }

IntegerStep byte_step(float most) { return rounded_step(most, kByteCodes, 0x8000); }

bool is_quantized(ElementType type) {
  return type == ElementType::i16 || type == ElementType::u8 || type == ElementType::u4;
}

int64_t code_groups(int64_t dim) { return (dim + kCodeGroup - 1) / kCodeGroup; }

CodePiece key_piece(const KvLayout& layout) {
  const int64_t dim = layout.key_dim;
  if (layout.type == ElementType::i16) return stepped_piece((dim + 1) / 2 * kBlockTokens * 4, 1);
  if (layout.type == ElementType::u8)
    return stepped_piece((dim + 3) / 4 * kBlockTokens * 4, code_groups(dim));
  return piece_of_nibbles(dim);
}

CodePiece value_piece(const KvLayout& layout) {
  const int64_t elements = padded(layout.value_dim) * kBlockTokens;
  if (layout.type == ElementType::i16) return stepped_piece(elements * 2, 1);
  if (layout.type == ElementType::u8) return stepped_piece(elements, 1);
  return piece_of_nibbles(layout.value_dim);
}

void write_key(const KvLayout& layout, std::byte* data, int64_t cell, const float* x) {
  if (layout.type == ElementType::i16) return encode(integer_key(layout, data, cell), x);
  if (layout.type == ElementType::u4) return encode(key_codes(layout, data, cell), x);
  if (layout.type == ElementType::u8)
    return for_each_byte_group(layout, data, cell, true,
                               [&](const ByteGroup& group) { encode_bytes(group, x); });
  for (int64_t d = 0; d < layout.key_dim; ++d)
    encode_from_f32(layout.type, x + d, static_cast<size_t>(d * kBlockTokens + cell), 1, data);
}

void write_value(const KvLayout& layout, std::byte* data, int64_t cell, const float* x) {
  if (layout.type == ElementType::i16) return encode(integer_value(layout, data, cell), x);
  if (layout.type == ElementType::u4) return encode(value_codes(layout, data, cell), x);
  if (layout.type == ElementType::u8)
    return for_each_byte_group(layout, data, cell, false,
                               [&](const ByteGroup& group) { encode_bytes(group, x); });
  const auto dim = static_cast<size_t>(layout.value_dim);
  encode_from_f32(layout.type, x, static_cast<size_t>(cell) * dim, dim, data);
}

void read_key(const KvLayout& layout, const std::byte* data, int64_t cell, float* out) {
  auto* bytes = const_cast<std::byte*>(data);  // cells are made for writing too
  if (layout.type == ElementType::i16) return decode(integer_key(layout, bytes, cell), out);
  if (layout.type == ElementType::u4) return decode(key_codes(layout, bytes, cell), out);
  if (layout.type == ElementType::u8)
    return for_each_byte_group(layout, bytes, cell, true,
                               [&](const ByteGroup& group) { decode_bytes(group, out); });
  for (int64_t d = 0; d < layout.key_dim; ++d)
    decode_to_f32(layout.type, data, static_cast<size_t>(d * kBlockTokens + cell), 1, out + d);
}

void read_value(const KvLayout& layout, const std::byte* data, int64_t cell, float* out) {
  auto* bytes = const_cast<std::byte*>(data);  // cells are made for writing too
  if (layout.type == ElementType::i16) return decode(integer_value(layout, bytes, cell), out);
  if (layout.type == ElementType::u4) return decode(value_codes(layout, bytes, cell), out);
  if (layout.type == ElementType::u8)
    return for_each_byte_group(layout, bytes, cell, false,
                               [&](const ByteGroup& group) { decode_bytes(group, out); });
  const auto dim = static_cast<size_t>(layout.value_dim);
  decode_to_f32(layout.type, data, static_cast<size_t>(cell) * dim, dim, out);
}

}  // namespace hearth::kernels
