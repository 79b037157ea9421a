// The causal mask of scaled dot product attention. With a sliding window it is spelled in the way
// that OpenVINO's paged attention reads the window from (Greater(kv, Add(q, -window)) under four
// BitwiseAnds, a Broadcast, a Select and a Slice); other spellings would give the right logits but
// lose the window there.
#include "frontends/blocks/decoder.h"

namespace hearth::frontends {

using ir::Op;
using ir::Value;

Value causal_mask(Blocks& m, const DecoderInputs& inputs, int64_t window) {
  ir::Builder& b = m.b;
  ir::Graph& g = b.graph();
  const std::string scope = window > 0 ? "sliding_mask" : "causal_mask";
  const Value ids_shape = b.shape_of(inputs.input_ids);
  const Value batch = b.dimension(ids_shape, 0);
  const Value queries = b.dimension(ids_shape, 1);                        // [T]
  const Value cells = b.dimension(b.shape_of(inputs.attention_mask), 1);  // [P + T]
  const Value cell_count = b.squeeze(cells, {0});
  const Value past = b.binary(Op::Subtract, cell_count, b.squeeze(queries, {0}));

  const auto range = [&](Value start, Value stop) {
    return g.add(Op::Range, {start, stop, b.scalar_int(1)}, {{"output_type", ElementType::i64}});
  };
  const Value kv = b.unsqueeze(range(b.scalar_int(0), cell_count), {0, 1, 2});  // [1, 1, 1, P + T]
  const Value q = b.unsqueeze(range(past, cell_count), {0, 1, 3});              // [1, 1, T, 1]
  const Value not_ahead = b.binary(Op::LessEqual, kv, q, scope + "/not_ahead");
  const Value kept = b.unsqueeze(b.convert(inputs.attention_mask, ElementType::boolean), {1, 2},
                                 scope + "/not_padding");

  const Value zero = b.scalar_float(0.0f), hidden = b.scalar_float(-65504.0f);  // lowest f16
  if (window == 0) {
    const Value seen = b.binary(Op::BitwiseAnd, not_ahead, kept, scope + "/seen");
    return g.add(Op::Select, {seen, zero, hidden}, {}, scope);
  }
  const uint8_t true_byte = 1;
  const Value yes = g.add_constant(ElementType::boolean, Shape{},
                                   Bytes::copy_of(std::as_bytes(std::span(&true_byte, 1))));
  const Value near =
      b.binary(Op::Greater, kv, b.binary(Op::Add, q, b.scalar_int(-window)), scope + "/in_window");
  const Value a = b.binary(Op::BitwiseAnd, yes, near);
  const Value c = b.binary(Op::BitwiseAnd, a, not_ahead);
  const Value d = b.binary(Op::BitwiseAnd, yes, c);
  const Value seen = b.binary(Op::BitwiseAnd, d, kept, scope + "/seen");
  const Value target = b.concat({batch, b.ints({1}), queries, cells}, 0);
  const Value whole =
      g.add(Op::Broadcast, {seen, target}, {{"mode", std::string("bidirectional")}});
  const Value mask = g.add(Op::Select, {whole, zero, hidden});
  return g.add(Op::Slice, {mask, b.ints({0}), cells, b.ints({1}), b.ints({3})}, {}, scope);
}

}  // namespace hearth::frontends
