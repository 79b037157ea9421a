// Inputs, embedding, normalisation, projections and the output of a decoder.
#include <cmath>

#include "base/error.h"
#include "frontends/blocks/decoder.h"

namespace hearth::frontends {

using ir::Op;
using ir::Value;

DecoderInputs decoder_inputs(ir::Builder& b) {
  ir::Graph& g = b.graph();
  const PartialShape two = PartialShape::dynamic(2);
  DecoderInputs in;
  in.input_ids = g.add_parameter("input_ids", ElementType::i64, two);
  in.attention_mask = g.add_parameter("attention_mask", ElementType::i64, two);
  in.position_ids = g.add_parameter("position_ids", ElementType::i64, two);
  in.beam_idx = g.add_parameter("beam_idx", ElementType::i32, PartialShape::dynamic(1));
  return in;
}

Value embed(Blocks& m, Value input_ids, const std::string& tensor) {
  const auto v = static_cast<size_t>(m.config.vocab_size);
  const auto e = static_cast<size_t>(m.config.hidden_size);
  const std::string scope = "__module.model.embed_tokens/aten::embedding";
  const Value table = m.weights.get(tensor, Shape{v, e});
  const Value ids = m.b.convert(input_ids, ElementType::i32, scope + "/Convert");
  return m.b.graph().add(Op::Gather, {table, ids, m.b.scalar_i32(0)}, {}, scope + "/Gather");
}

Value rms_norm(Blocks& m, Value x, const std::string& module, int64_t size) {
  ir::Builder& b = m.b;
  const std::string scope = "__module." + module;
  const size_t rank = b.graph().info(x).shape.rank();
  const Shape ones(rank, 1);
  const Value square = b.binary(Op::Power, x, b.floats({2.0f}, ones), scope + "/aten::pow/Power");
  const Value mean = b.reduce_mean(square, -1, scope + "/aten::mean/ReduceMean");
  const Value shifted =
      b.binary(Op::Add, mean, b.floats({static_cast<float>(m.config.rms_norm_eps)}, ones),
               scope + "/aten::add/Add");
  const Value root = b.unary(Op::Sqrt, shifted, scope + "/aten::rsqrt/Sqrt");
  const Value inverse =
      b.binary(Op::Divide, b.floats({1.0f}, ones), root, scope + "/aten::rsqrt/Divide");
  const Value normed = b.binary(Op::Multiply, x, inverse, scope + "/aten::mul/Multiply");
  const Value gamma = m.weights.get(module + ".weight", Shape{static_cast<size_t>(size)});
  return b.binary(Op::Multiply, gamma, normed, scope + "/aten::mul/Multiply_1");
}

Value linear(Blocks& m, Value x, const std::string& module, int64_t in, int64_t out, bool bias) {
  const std::string scope = "__module." + module + "/ov_ext::linear";
  const auto rows = static_cast<size_t>(out);
  const Value weight = m.weights.get(module + ".weight", Shape{rows, static_cast<size_t>(in)});
  const Value product = m.b.matmul(x, weight, true, scope + "/MatMul");
  if (!bias) return product;
  return m.b.binary(Op::Add, product, m.weights.get(module + ".bias", Shape{rows}), scope + "/Add");
}

Value activation(Blocks& m, Value x, const std::string& name) {
  const std::string& act = m.config.hidden_act;
  const auto gelu = [&](const char* mode) {
    return m.b.graph().add(Op::Gelu, {x}, {{"approximation_mode", std::string(mode)}}, name);
  };
  if (act == "silu" || act == "swish") return m.b.unary(Op::Swish, x, name);
  if (act == "gelu") return gelu("erf");
  if (act == "gelu_new" || act == "gelu_pytorch_tanh" || act == "gelu_fast") return gelu("tanh");
  if (act == "relu") return m.b.unary(Op::ReLU, x, name);
  if (act == "sigmoid") return m.b.unary(Op::Sigmoid, x, name);
  if (act == "tanh") return m.b.unary(Op::Tanh, x, name);
  bad_input(
      "{} is `{}`; known are silu, swish, gelu, gelu_new, gelu_pytorch_tanh, "
      "gelu_fast, relu, sigmoid and tanh",
      m.config.hidden_act_key, act);
}

Value gated_mlp(Blocks& m, Value x, const std::string& module, bool bias) {
  const int64_t e = m.config.hidden_size, f = m.config.intermediate_size;
  const std::string scope = "__module." + module;
  const Value gate = linear(m, x, module + ".gate_proj", e, f, bias);
  const Value up = linear(m, x, module + ".up_proj", e, f, bias);
  const Value gated = m.b.binary(Op::Multiply, activation(m, gate, scope + ".act_fn/activation"),
                                 up, scope + "/aten::mul/Multiply");
  return linear(m, gated, module + ".down_proj", f, e, bias);
}

void lm_head(Blocks& m, Value x, const std::string& embedding_tensor) {
  const bool tied = m.config.tie_word_embeddings;
  const Shape shape{static_cast<size_t>(m.config.vocab_size),
                    static_cast<size_t>(m.config.hidden_size)};
  const Value table = m.weights.get(tied ? embedding_tensor : "lm_head.weight", shape);
  const Value logits = m.b.matmul(x, table, true, "__module.lm_head/ov_ext::linear/MatMul");
  m.b.graph().add_result(logits, "logits");
}

}  // namespace hearth::frontends
