#include "compress/decompression.h"

#include "base/error.h"
#include "base/float_types.h"
#include "compress/options.h"
#include "ir/builder.h"

namespace hearth::compress {
namespace {

using ir::Op;
using ir::Value;
using kernels::QuantizeFormat;
using kernels::traits;

// The code of a value that f8e4m3 holds.
std::byte code_of_f8e4m3(float value) {
  uint8_t code = 0;
  while (f8e4m3_to_f32(code) != value) {
    HEARTH_ASSERT(code < 0xff, "cb4 has a value that f8e4m3 does not hold");
    ++code;
  }
  return std::byte{code};
}

class Decompression {
 public:
  Decompression(ir::Graph& graph, const PlannedWeight& weight, const std::vector<float>& table,
                CompressedWeight bytes)
      : graph_(graph),
        builder_(graph),
        weight_(weight),
        format_(*weight.format),
        table_(table),
        bytes_(std::move(bytes)),
        shapes_(compressed_shapes(weight)) {}

  Value build() {
    const std::string product = fmt::format("{}/fq_weights_{}", weight_.tensor, weight_.port);
    const Value values = is_codebook(format_) ? looked_up() : decoded();
    const Value out = builder_.binary(Op::Multiply, values, scales(), product);
    if (weight_.group == kWholeRow) return out;
    return builder_.reshape(out, std::vector<int64_t>(weight_.shape.begin(), weight_.shape.end()),
                            false);
  }

 private:
  Value constant(ElementType type, const Shape& shape, Bytes bytes, const std::string& suffix) {
    HEARTH_ASSERT(bytes.size() == byte_size(type, shape_size(shape)),
                  "a compressed weight has bytes for another shape");
    return graph_.add_constant(type, shape, std::move(bytes), weight_.tensor + suffix);
  }

  Value as_half(Value value) {
    return graph_.info(value).type == ElementType::f16 ? value
                                                       : builder_.convert(value, ElementType::f16);
  }

  Value decoded() {
    const ElementType type = traits(format_).code_type;
    const Value codes = as_half(constant(type, shapes_.codes, std::move(bytes_.codes), ""));
    if (!traits(format_).has_zero_points) return codes;
    const Value zero_points =
        as_half(constant(type, shapes_.scales, std::move(bytes_.zero_points), "/zero_point"));
    return builder_.binary(Op::Subtract, codes, zero_points,
                           weight_.tensor + "/zero_point/subtract");
  }

  // The table takes the constant's name, and the codes are its indices.
  Value looked_up() {
    const Value table = as_half(table_constant());
    const ElementType type = code_type(format_, table_);
    Value codes = constant(type, shapes_.codes, std::move(bytes_.codes), "_nncf_codebook_idxs");
    if (type == ElementType::u4) codes = builder_.convert(codes, ElementType::u8);
    return builder_.gather(table, codes, 0, weight_.tensor + "_nncf_codebook");
  }

  Value table_constant() {
    if (format_ == QuantizeFormat::codebook)
      return builder_.floats(table_, {table_.size()}, weight_.tensor);
    const std::span<const float> values = kernels::cb4_table();
    std::vector<std::byte> codes(values.size());
    for (size_t i = 0; i < values.size(); ++i) codes[i] = code_of_f8e4m3(values[i]);
    return constant(ElementType::f8e4m3, {codes.size()}, Bytes::copy_of(codes), "");
  }

  Value scales() {
    Value out =
        constant(traits(format_).scale_type, shapes_.scales, std::move(bytes_.scales), "/scale");
    if (format_ == QuantizeFormat::nvfp4) {
      const Value whole = constant(ElementType::f32, Shape(shapes_.scales.size(), 1),
                                   std::move(bytes_.tensor_scale), "/second_order_scale");
      out = builder_.binary(Op::Multiply, builder_.convert(out, ElementType::f32), whole,
                            fmt::format("{}/dequantized_scale_{}", weight_.tensor, weight_.port));
    }
    return as_half(out);
  }

  ir::Graph& graph_;
  ir::Builder builder_;
  const PlannedWeight& weight_;
  QuantizeFormat format_;
  const std::vector<float>& table_;
  CompressedWeight bytes_;
  CompressedShapes shapes_;
};

}  // namespace

CompressedShapes compressed_shapes(const PlannedWeight& weight) {
  CompressedShapes out{weight.shape, weight.shape};
  if (weight.group == kWholeRow) {
    std::fill(out.scales.begin() + static_cast<int64_t>(weight.reduced_begin),
              out.scales.begin() + static_cast<int64_t>(weight.reduced_end), 1);
    return out;
  }
  const auto group = static_cast<size_t>(weight.group);
  const auto split = [&](Shape& shape, size_t columns) {
    shape[weight.reduced_begin] /= group;
    shape.insert(shape.begin() + static_cast<int64_t>(weight.reduced_begin) + 1, columns);
  };
  split(out.codes, group);
  split(out.scales, 1);
  return out;
}

ElementType code_type(QuantizeFormat format, const std::vector<float>& table) {
  kernels::QuantizeArgs args;
  args.format = format;
  args.table = table;
  return kernels::code_type(args);
}

Value add_decompression(ir::Graph& graph, const PlannedWeight& weight,
                        const std::vector<float>& table, CompressedWeight bytes) {
  return Decompression(graph, weight, table, std::move(bytes)).build();
}

}  // namespace hearth::compress
