#include "frontends/blocks/stored_weights.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/decode.h"
#include "base/error.h"

namespace hearth::frontends {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr size_t kGroup = 32;  // elements of a Q8_0 or Q4_0 block

// Bytes made row by row: `row(n, out)` writes the bytes of row n of the result.
template <typename MakeRow>
Bytes rows_recipe(const Bytes& source, size_t rows, size_t row_bytes, MakeRow make_row) {
  const auto produce = [source, rows, row_bytes, make_row](const ByteSink& sink) {
    const size_t batch = std::max<size_t>(1, kPieceBytes / std::max<size_t>(row_bytes, 1));
    std::vector<std::byte> buffer(std::min(batch, rows) * row_bytes);
    for (size_t begin = 0; begin < rows; begin += batch) {
      const size_t end = std::min(rows, begin + batch);
      for (size_t n = begin; n < end; ++n)
        make_row(source.data(), n, buffer.data() + (n - begin) * row_bytes);
      sink({buffer.data(), (end - begin) * row_bytes});
    }
  };
  return {rows * row_bytes, produce};
}

// Float weights of another type or another row order, through f32.
Bytes converted(const formats::TensorRef& tensor, const RowOrder& order, ElementType type) {
  const size_t columns = order.columns();
  const ElementType from = tensor.type;
  return rows_recipe(tensor.data, order.rows(), byte_size(type, columns),
                     [from, type, columns, order](const std::byte* data, size_t n, std::byte* out) {
                       std::vector<float> row(columns);
                       decode_to_f32(from, data, order.stored_row(n) * columns, columns,
                                     row.data());
                       encode_from_f32(type, row.data(), 0, columns, out);
                     });
}

// The scales of Q8_0 or Q4_0 blocks: the f16 at the start of each.
Bytes block_scales(const formats::TensorRef& tensor, const RowOrder& order) {
  const size_t groups = order.columns() / kGroup;
  const size_t stride = block_bytes(tensor.type);
  return rows_recipe(tensor.data, order.rows(), groups * 2,
                     [groups, stride, order](const std::byte* data, size_t n, std::byte* out) {
                       const std::byte* block = data + order.stored_row(n) * groups * stride;
                       for (size_t g = 0; g < groups; ++g)
                         std::memcpy(out + 2 * g, block + g * stride, 2);
                     });
}

Bytes q8_0_codes(const formats::TensorRef& tensor, const RowOrder& order) {
  const size_t groups = order.columns() / kGroup;
  const size_t stride = block_bytes(tensor.type);
  return rows_recipe(tensor.data, order.rows(), order.columns(),
                     [groups, stride, order](const std::byte* data, size_t n, std::byte* out) {
                       const std::byte* block = data + order.stored_row(n) * groups * stride;
                       for (size_t g = 0; g < groups; ++g)
                         std::memcpy(out + kGroup * g, block + g * stride + 2, kGroup);
                     });
}

// A Q4_0 block has elements 0..15 in the low nibbles and 16..31 in the high ones, offset by 8; i4
// has neighbours in one byte, in two's complement (the offset is the sign bit, flipped).
Bytes q4_0_codes(const formats::TensorRef& tensor, const RowOrder& order) {
  const size_t groups = order.columns() / kGroup;
  const size_t stride = block_bytes(tensor.type);
  return rows_recipe(tensor.data, order.rows(), order.columns() / 2,
                     [groups, stride, order](const std::byte* data, size_t n, std::byte* out) {
                       const std::byte* block = data + order.stored_row(n) * groups * stride;
                       for (size_t g = 0; g < groups; ++g, block += stride) {
                         const auto code = [&](size_t i) {
                           const auto byte = static_cast<uint8_t>(block[2 + i % 16]);
                           return static_cast<uint8_t>((i < 16 ? byte & 0xf : byte >> 4) ^ 8);
                         };
                         for (size_t i = 0; i < kGroup / 2; ++i)
                           out[g * kGroup / 2 + i] =
                               static_cast<std::byte>(code(2 * i) | code(2 * i + 1) << 4);
                       }
                     });
}

// codes [N, G, 32] -> Convert f16 -> Multiply scale [N, G, 1] -> Reshape [N, K] -> Convert f32: the
// pattern NNCF writes for grouped symmetric weights, with its names.
ir::Value grouped(ir::Builder& b, const formats::TensorRef& tensor, const RowOrder& order,
                  ElementType type, Bytes codes, const std::string& name) {
  const size_t n = order.rows(), k = order.columns(), groups = k / kGroup;
  const ir::Value stored =
      b.graph().add_constant(type, Shape{n, groups, kGroup}, std::move(codes), name);
  const ir::Value scale = b.graph().add_constant(ElementType::f16, Shape{n, groups, 1},
                                                 block_scales(tensor, order), name + "/scale");
  const ir::Value half = b.convert(stored, ElementType::f16, name + "/convert");
  const ir::Value scaled = b.binary(ir::Op::Multiply, half, scale, name + "/fq_weights_1");
  const ir::Value flat =
      b.reshape(scaled, std::vector<int64_t>{static_cast<int64_t>(n), static_cast<int64_t>(k)},
                false, name + "/fq_weights_1/reshape");
  return b.convert(flat, ElementType::f32, name + "/fq_weights_1/convert");
}

}  // namespace

ir::Value decompress(ir::Builder& builder, ir::Value stored, const std::string& name) {
  const ir::Value out = builder.convert(stored, ElementType::f32, name + "/convert");
  builder.graph().node(out.node).rt_info.push_back(
      {"attribute", {{"name", "decompression"}, {"version", "0"}}, {}});
  return out;
}

ir::Value stored_weight(ir::Builder& b, const formats::TensorRef& tensor, const RowOrder& order,
                        std::optional<ElementType> float_type, const std::string& name) {
  const bool two_dimensional = tensor.shape.size() == 2;
  if (!float_type && two_dimensional && tensor.type == ElementType::q8_0)
    return grouped(b, tensor, order, ElementType::i8, q8_0_codes(tensor, order), name);
  if (!float_type && two_dimensional && tensor.type == ElementType::q4_0)
    return grouped(b, tensor, order, ElementType::i4, q4_0_codes(tensor, order), name);
  ElementType type = is_gguf_block(tensor.type)        ? ElementType::f16
                     : tensor.type == ElementType::f64 ? ElementType::f32
                                                       : tensor.type;
  if (float_type) type = *float_type;
  const bool as_is = type == tensor.type && !order.changes();
  const ir::Value stored = b.graph().add_constant(
      type, tensor.shape, as_is ? tensor.data : converted(tensor, order, type), name);
  return type == ElementType::f32 ? stored : decompress(b, stored, name);
}

}  // namespace hearth::frontends
