// Float weights to codes, scales and zero points, by NNCF's formulas bit for bit. Rows are
// independent of each other, and a group of columns of one row has one scale (and zero point).
//
// Everything a format needs to know of the whole tensor before its rows (the largest magnitude, a
// table of values) is in QuantizeArgs; it is gathered with scan_rows().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/cpu.h"
#include "hearth/element_type.hpp"

namespace hearth::kernels {

enum class QuantizeFormat : uint8_t {
#define HEARTH_QUANTIZE_FORMAT(name, codes, scales, zero, group, bits) name,
#include "kernels/quantize/formats.inc"
#undef HEARTH_QUANTIZE_FORMAT
};

struct FormatTraits {
  std::string_view name;  ///< "int4_asym"
  ElementType code_type;  ///< of codebook formats: u4, u8 or u16 by the size of the table
  ElementType scale_type;
  bool has_zero_points;  ///< stored in code_type
  int64_t fixed_group;   ///< 0 when any group will do
  int bits;              ///< of a code
};
const FormatTraits& traits(QuantizeFormat format);
std::optional<QuantizeFormat> parse_quantize_format(std::string_view name);

/// What is known of a tensor from one pass over it.
struct TensorScan {
  float max_magnitude = 0;  ///< of nvfp4: for the scale of the tensor
  int64_t not_finite = 0;   ///< NaN and infinite elements
  void merge(const TensorScan& other);
};
TensorScan scan_rows(const float* weights, int64_t count);

struct QuantizeArgs {
  QuantizeFormat format = QuantizeFormat::int8_asym;
  int64_t cols = 0;
  int64_t group = 0;             ///< divides cols; cols when there is one scale a row
  int64_t tensor_elements = 0;   ///< of the whole tensor: some rules of the reference depend on it
  TensorScan scan;               ///< of the whole tensor
  std::span<const float> table;  ///< of codebook formats: ascending values
};

/// Of `rows` rows: codes are packed without padding (the caller begins at a whole byte), scales and
/// zero points are [rows, cols / group], zero points packed like the codes. `weights` are f32, what
/// f16 and bf16 checkpoints convert to exactly.
struct QuantizedRows {
  std::byte* codes;
  std::byte* scales;
  std::byte* zero_points;  ///< null for formats without
};
/// With the code of `isa` or less; the bits do not depend on it.
void quantize_rows(const QuantizeArgs& args, const float* weights, int64_t rows, Isa isa,
                   const QuantizedRows& out);

/// Of nvfp4: the f32 scale of the tensor, by which its groups' scales are divided.
float tensor_scale(const TensorScan& scan);

/// The 16 values of cb4, ascending.
std::span<const float> cb4_table();

/// The mean squared error of each row after int8_asym with one scale a row, the measure NNCF
/// orders layers by; errors[rows].
void int8_row_errors(const float* weights, int64_t rows, int64_t cols, Isa isa, float* errors);

}  // namespace hearth::kernels
