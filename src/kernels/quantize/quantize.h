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

#include "base/cpu.h"
#include "hearth/element_type.hpp"

namespace hearth::kernels {

enum class QuantizeFormat : uint8_t {
#define HEARTH_QUANTIZE_FORMAT(name, codes, scales, zero, group, bits, scale, code) name,
#include "kernels/quantize/formats.inc"
#undef HEARTH_QUANTIZE_FORMAT
};
inline constexpr int kQuantizeFormats = 0
#define HEARTH_QUANTIZE_FORMAT(name, codes, scales, zero, group, bits, scale, code) +1
#include "kernels/quantize/formats.inc"
#undef HEARTH_QUANTIZE_FORMAT
    ;

struct FormatTraits {
  std::string_view name;  ///< "int4_asym"
  ElementType code_type;  ///< of codebook: the smallest, see code_type() for a table's
  ElementType scale_type;
  bool has_zero_points;  ///< stored in code_type
  int64_t fixed_group;   ///< 0 when any group will do
  int bits;              ///< of a code
};
const FormatTraits& traits(QuantizeFormat format);
std::optional<QuantizeFormat> parse_quantize_format(std::string_view name);

/// What is known of a tensor from one pass over it.
struct TensorScan {
  float max_magnitude = 0;  ///< of the finite elements: for the tensor scale of nvfp4
  int64_t not_finite = 0;   ///< NaN and infinite elements
  void merge(const TensorScan& other);
};
TensorScan scan_rows(const float* weights, int64_t count);

struct QuantizeArgs {
  QuantizeFormat format = QuantizeFormat::int8_asym;
  int64_t cols = 0;
  int64_t group = 0;             ///< divides cols; cols when there is one scale a row
  int64_t tensor_elements = 0;   ///< of the whole tensor: some rules of the reference depend on it
  TensorScan scan;               ///< of the whole tensor; read by nvfp4
  std::span<const float> table;  ///< of codebook: 2 to 65536 ascending values
};

/// The type of the codes: of codebook u4, u8 or u16 by the size of the table.
ElementType code_type(const QuantizeArgs& args);

/// Of `rows` rows: codes are packed without padding (the caller begins at a whole byte; an odd
/// number of 4-bit codes leaves the last upper half 0), scales and zero points are
/// [rows, cols / group], zero points packed like the codes.
struct QuantizedRows {
  std::byte* codes;
  std::byte* scales;
  std::byte* zero_points;  ///< null for formats without
};
/// `weights` [rows, cols] are f32, what f16 and bf16 checkpoints convert to exactly; of NaN and
/// infinities the codes mean nothing. The work is done with the code of `isa` or less; the bits do
/// not depend on it.
void quantize_rows(const QuantizeArgs& args, const float* weights, int64_t rows, Isa isa,
                   const QuantizedRows& out);

/// Of nvfp4: the f32 scale of the tensor, by which its groups' scales are divided.
float tensor_scale(const QuantizeArgs& args);

/// The 16 values of cb4, ascending.
std::span<const float> cb4_table();

/// What tells how well `values` stand for `weights`. Sums round differently with each `isa`, by a
/// few units of 1e-7; they are not finite when a weight is not.
struct SquaredSums {
  double error = 0;    ///< of (value - weight)^2
  double weights = 0;  ///< of weight^2
};
SquaredSums squared_sums(const float* values, const float* weights, int64_t count, Isa isa);

/// The mean squared error of each row after int8_asym with one scale a row, the measure NNCF
/// orders layers by (they take a tensor's largest); errors[rows]. Sums round differently with each
/// `isa`, by a few units of 1e-7.
void int8_row_errors(const float* weights, int64_t rows, int64_t cols, Isa isa, float* errors);

}  // namespace hearth::kernels
