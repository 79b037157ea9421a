#include "frontends/blocks/weights.h"

#include "base/error.h"
#include "frontends/blocks/stored_weights.h"

namespace hearth::frontends {
namespace {

bool is_weight_type(ElementType type) {
  return type == ElementType::f32 || type == ElementType::f16 || type == ElementType::bf16 ||
         type == ElementType::f64 || is_gguf_block(type);
}

}  // namespace

ir::Value Weights::get(const std::string& name, const Shape& shape) {
  const formats::TensorRef& tensor = source_.tensors.get(name);
  if (tensor.shape != shape)
    bad_input("{}: tensor `{}` has shape {}, but {} asks for {}", tensor.file, name,
              tensor.shape.to_string(), source_.config_name, shape.to_string());
  if (!is_weight_type(tensor.type))
    bad_input("{}: tensor `{}` is of type {}; weights are f32, f16, bf16, f64 or a GGUF block type",
              tensor.file, name, to_string(tensor.type));
  const auto known = known_.find(name);
  if (known != known_.end()) return known->second;
  return known_[name] = constant(tensor);
}

ir::Value Weights::constant(const formats::TensorRef& tensor) {
  const std::string node_name = "self." + tensor.name;
  if (!options_.for_export) {
    const ir::Value stored =
        builder_.graph().add_constant(tensor.type, tensor.shape, tensor.data, node_name);
    return tensor.type == ElementType::f32 ? stored : decompress(builder_, stored, node_name);
  }
  const auto heads = source_.interleaved_heads.find(tensor.name);
  const RowOrder order = heads == source_.interleaved_heads.end()
                             ? RowOrder::as_stored(tensor.shape)
                             : RowOrder::halves_of_heads(tensor.shape, heads->second);
  return stored_weight(builder_, tensor, order, options_.float_type, node_name);
}

}  // namespace hearth::frontends
