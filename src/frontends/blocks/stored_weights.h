// How a checkpoint's tensor is stored in an IR: the constants and the decoding ops, with the bytes
// as recipes that read the mapped checkpoint while the IR is written. Memory per tensor is a few
// megabytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/checkpoint.h"
#include "ir/builder.h"

namespace hearth::frontends {

/// Which stored row becomes row n of the weight.
class RowOrder {
 public:
  static RowOrder as_stored(const Shape& shape) { return {shape, 0}; }
  /// Undoes GGUF's order of rotary heads: stored row 2j + p of a head is row p * D/2 + j.
  static RowOrder halves_of_heads(const Shape& shape, int64_t heads) {
    return {shape, shape[0] / static_cast<size_t>(heads)};
  }
  bool changes() const { return head_dim_ != 0; }
  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }
  size_t stored_row(size_t n) const {
    if (head_dim_ == 0) return n;
    const size_t base = n / head_dim_ * head_dim_, i = n % head_dim_, half = head_dim_ / 2;
    return base + (i < half ? 2 * i : 2 * (i - half) + 1);
  }

 private:
  RowOrder(const Shape& shape, size_t head_dim)
      : rows_(shape.empty() ? 1 : shape[0]),
        columns_(rows_ == 0 ? 0 : shape_size(shape) / rows_),
        head_dim_(head_dim) {}
  size_t rows_;
  size_t columns_;
  size_t head_dim_;  // 0: no change
};

/// `stored` as f32: a Convert marked as decompression, so that nobody folds it.
ir::Value decompress(ir::Builder& builder, ir::Value stored, const std::string& name);

/// The f32 value of a tensor in the form an IR can hold. Q8_0 and Q4_0 keep their bits as grouped
/// i8 and i4 with f16 scales; Q4_1 and Q6_K become f16; float types stay, or become `float_type`.
ir::Value stored_weight(ir::Builder& builder, const formats::TensorRef& tensor,
                        const RowOrder& order, std::optional<ElementType> float_type,
                        const std::string& name);

}  // namespace hearth::frontends
