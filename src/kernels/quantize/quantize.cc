#include "kernels/quantize/quantize.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/decode.h"
#include "base/error.h"
#include "base/float_types.h"
#include "kernels/choose.h"
#include "kernels/quantize/kernel.h"
#include "kernels/quantize/scale_rules.h"

namespace hearth::kernels {

#define HEARTH_QUANTIZE_KERNEL(name) const QuantizeKernel& name();
#include "kernels/quantize/kernels.inc"
#undef HEARTH_QUANTIZE_KERNEL

namespace {

constexpr FormatTraits kTraits[] = {
#define HEARTH_QUANTIZE_FORMAT(name, codes, scales, zero, group, bits, scale, code) \
  {#name, ElementType::codes, ElementType::scales, zero, group, bits},
#include "kernels/quantize/formats.inc"
#undef HEARTH_QUANTIZE_FORMAT
};

using ScaleRule = GroupScale (*)(const Extremes&, const QuantizeArgs&);
constexpr ScaleRule kScaleRules[] = {
#define HEARTH_QUANTIZE_FORMAT(name, codes, scales, zero, group, bits, scale, code) scale,
#include "kernels/quantize/formats.inc"
#undef HEARTH_QUANTIZE_FORMAT
};

constexpr float kCb4Values[16] = {-3.5f,    -2.5f, -1.875f,  -1.375f, -1.0f,  -0.625f,
                                  -0.3125f, 0.0f,  0.28125f, 0.5625f, 0.875f, 1.125f,
                                  1.5f,     2.0f,  2.5f,     3.5f};

// The values of formats that have a table, ascending; empty for the others.
std::span<const float> table_of(const QuantizeArgs& args) {
  if (args.format == QuantizeFormat::nf4) return kNf4Values;
  if (args.format == QuantizeFormat::cb4) return kCb4Values;
  if (args.format == QuantizeFormat::codebook) return args.table;
  return {};
}

// Vector kernels count all midpoints for every element, the reference searches among them. Counting
// 255 is 3.5 times as fast with AVX2, since searching guesses every other branch wrong.
constexpr size_t kCountedMidpoints = 255;

std::vector<float> midpoints(std::span<const float> table) {
  std::vector<float> between;
  for (size_t i = 1; i < table.size(); ++i) between.push_back(0.5f * (table[i] + table[i - 1]));
  return between;
}

// Codes first, first + 1, ... of `out`, of which those before `first` are there.
void pack_nibbles(const uint16_t* codes, int64_t count, int64_t first, std::byte* out) {
  auto* bytes = reinterpret_cast<uint8_t*>(out) + first / 2;
  if (first % 2 != 0 && count > 0) {
    *bytes = static_cast<uint8_t>(*bytes | codes[0] << 4);
    ++bytes, ++codes, --count;
  }
  for (int64_t i = 0; i < count / 2; ++i)
    bytes[i] = static_cast<uint8_t>(codes[2 * i] | codes[2 * i + 1] << 4);
  if (count % 2 != 0) bytes[count / 2] = static_cast<uint8_t>(codes[count - 1]);
}

void pack(const uint16_t* codes, int64_t count, int64_t first, size_t bits, std::byte* out) {
  if (bits == 4) return pack_nibbles(codes, count, first, out);
  if (bits == 16) {
    std::memcpy(out + 2 * first, codes, static_cast<size_t>(count) * 2);
    return;
  }
  auto* bytes = reinterpret_cast<uint8_t*>(out) + first;
  for (int64_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(codes[i]);
}

// scales[i] as it is stored, at index first + i of `out`.
void store_scales(const QuantizeArgs& args, std::span<const float> scales, int64_t first,
                  const QuantizeKernel& kernel, std::byte* out) {
  const ElementType type = traits(args.format).scale_type;
  if (type == ElementType::f16)
    return encode_from_f32(type, scales.data(), static_cast<size_t>(first), scales.size(), out);
  auto* bytes = reinterpret_cast<uint8_t*>(out) + first;
  if (type == ElementType::f8e8m0) {  // powers of two: the exponent is the code
    for (const float scale : scales) *bytes++ = static_cast<uint8_t>(bits_from_f32(scale) >> 23);
    return;
  }
  std::vector<uint16_t> codes(scales.size());
  const auto encode = kernel.encode[static_cast<int>(QuantizeFormat::fp8_e4m3)];
  const auto count = static_cast<int64_t>(scales.size());
  encode({scales.data(), count, {tensor_scale(args), 0}, nullptr, 0, codes.data()});
  pack(codes.data(), count, first, 8, out);
}

void check(const QuantizeArgs& args) {
  HEARTH_ASSERT(args.group > 0 && args.cols % args.group == 0,
                "the group of a quantized weight does not divide its columns");
  const int64_t fixed = traits(args.format).fixed_group;
  HEARTH_ASSERT(fixed == 0 || fixed == args.group, "this format has a group of its own");
  const size_t values = args.table.size();
  HEARTH_ASSERT(args.format != QuantizeFormat::codebook || (values >= 2 && values <= 65536),
                "a codebook has 2 to 65536 values");
}

}  // namespace

const FormatTraits& traits(QuantizeFormat format) { return kTraits[static_cast<int>(format)]; }

std::optional<QuantizeFormat> parse_quantize_format(std::string_view name) {
  for (int i = 0; i < kQuantizeFormats; ++i)
    if (kTraits[i].name == name) return static_cast<QuantizeFormat>(i);
  return std::nullopt;
}

void TensorScan::merge(const TensorScan& other) {
  max_magnitude = std::max(max_magnitude, other.max_magnitude);
  not_finite += other.not_finite;
}

// Magnitudes of floats compare as the integers that their bits are.
TensorScan scan_rows(const float* weights, int64_t count) {
  constexpr int32_t kInfinity = 0x7f800000;
  constexpr int64_t kBlock = 1 << 20;  // what an int32_t may count
  TensorScan scan;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    int32_t greatest = 0, not_finite = 0;
    const int64_t end = std::min(begin + kBlock, count);
    for (int64_t i = begin; i < end; ++i) {
      const auto bits = static_cast<int32_t>(bits_from_f32(weights[i]) & 0x7fffffffu);
      const int32_t finite = bits < kInfinity ? bits : 0;
      greatest = finite > greatest ? finite : greatest;
      not_finite += bits >= kInfinity ? 1 : 0;
    }
    scan.merge({f32_from_bits(static_cast<uint32_t>(greatest)), not_finite});
  }
  return scan;
}

std::span<const float> cb4_table() { return kCb4Values; }

ElementType code_type(const QuantizeArgs& args) {
  if (args.format != QuantizeFormat::codebook) return traits(args.format).code_type;
  if (args.table.size() <= 16) return ElementType::u4;
  return args.table.size() <= 256 ? ElementType::u8 : ElementType::u16;
}

// The scales of the groups, as a tensor of their own, become fp8_e4m3 with a single scale.
float tensor_scale(const QuantizeArgs& args) {
  const auto whole = [](float greatest) { return Extremes{-greatest, greatest}; };
  const float greatest = absolute_scale<6>(whole(args.scan.max_magnitude), args).scale;
  QuantizeArgs scales;
  scales.tensor_elements = args.tensor_elements / traits(args.format).fixed_group;
  return absolute_scale<448>(whole(greatest), scales).scale;
}

const std::vector<QuantizeKernel>& quantize_kernels() {
  static const std::vector<QuantizeKernel> kernels = {
#define HEARTH_QUANTIZE_KERNEL(name) name(),
#include "kernels/quantize/kernels.inc"
#undef HEARTH_QUANTIZE_KERNEL
  };
  return kernels;
}

void quantize_rows(const QuantizeArgs& given, const float* weights, int64_t rows,
                   const QuantizeKernel& kernel, const QuantizedRows& out) {
  check(given);
  QuantizeArgs args = given;
  args.table = table_of(given);
  const auto index = static_cast<int>(args.format);
  const std::vector<float> between = midpoints(args.table);
  const bool searched = between.size() > kCountedMidpoints;
  const auto encode = (searched ? quantize_kernels().back() : kernel).encode[index];
  const size_t code_bits = bits_of(code_type(args));
  const int64_t groups = args.cols / args.group;
  std::vector<uint16_t> codes(static_cast<size_t>(args.cols));
  std::vector<uint16_t> zero_points(static_cast<size_t>(groups));
  std::vector<float> scales(static_cast<size_t>(groups));
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t g = 0; g < groups; ++g) {
      const float* group = weights + row * args.cols + g * args.group;
      const auto at = static_cast<size_t>(g);
      const GroupScale scale = kScaleRules[index](kernel.extremes(group, args.group), args);
      scales[at] = scale.scale;
      zero_points[at] = static_cast<uint16_t>(scale.zero_point);
      encode({group, args.group, scale, between.data(), static_cast<int64_t>(between.size()),
              codes.data() + g * args.group});
    }
    pack(codes.data(), args.cols, row * args.cols, code_bits, out.codes);
    store_scales(args, scales, row * groups, kernel, out.scales);
    if (traits(args.format).has_zero_points)
      pack(zero_points.data(), groups, row * groups, code_bits, out.zero_points);
  }
}

void quantize_rows(const QuantizeArgs& args, const float* weights, int64_t rows, Isa isa,
                   const QuantizedRows& out) {
  quantize_rows(args, weights, rows, first_for(quantize_kernels(), isa), out);
}

void int8_row_errors(const float* weights, int64_t rows, int64_t cols, const QuantizeKernel& kernel,
                     float* errors) {
  for (int64_t row = 0; row < rows; ++row) {
    const float* w = weights + row * cols;
    const GroupScale scale = asymmetric_scale<8>(kernel.extremes(w, cols), {});
    errors[row] =
        static_cast<float>(kernel.squared_error(w, cols, scale) / static_cast<double>(cols));
  }
}

SquaredSums squared_sums(const float* values, const float* weights, int64_t count, Isa isa) {
  return first_for(quantize_kernels(), isa).squared_sums(values, weights, count);
}

void int8_row_errors(const float* weights, int64_t rows, int64_t cols, Isa isa, float* errors) {
  int8_row_errors(weights, rows, cols, first_for(quantize_kernels(), isa), errors);
}

}  // namespace hearth::kernels
