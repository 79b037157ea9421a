// Every fused op against the graph of ordinary ops that passes replace by it.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/error.h"
#include "ir/builder.h"
#include "ir/product_inputs.h"
#include "ref/interpreter.h"
#include "ref/ops/elements.h"

namespace hearth::ref {
namespace {

using ir::Attributes;
using ir::Op;
using ir::Value;

/// Random tensors; multiples of 1/16 between -2 and 2 for floats.
class Source {
 public:
  Tensor floats(const Shape& shape, ElementType type = ElementType::f32) {
    Tensor t(type, shape);
    std::vector<double> values(t.get_size());
    for (double& v : values) v = static_cast<double>(random_() % 65) / 16.0 - 2.0;
    store(values, t);
    return t;
  }
  /// Random bytes; GGUF scales, the first two bytes of a block, are made small and positive.
  Tensor bytes(ElementType type, const Shape& shape) {
    Tensor t(type, shape);
    auto* data = static_cast<uint8_t*>(t.data());
    for (size_t i = 0; i < t.get_byte_size(); ++i) data[i] = static_cast<uint8_t>(random_());
    if (is_gguf_block(type))
      for (size_t i = 0; i < t.get_byte_size(); i += block_bytes(type)) data[i + 1] = 0x20;
    return t;
  }
  Tensor ints(const Shape& shape, int64_t limit) {
    Tensor t(ElementType::i64, shape);
    for (size_t i = 0; i < t.get_size(); ++i)
      t.data<int64_t>()[i] = static_cast<int64_t>(random_()) % limit;
    return t;
  }

 private:
  std::mt19937 random_{5};
};

Value constant(ir::Graph& graph, const Tensor& t) {
  const auto* data = static_cast<const std::byte*>(t.data());
  return graph.add_constant(t.get_element_type(), t.get_shape(),
                            Bytes::copy_of({data, t.get_byte_size()}));
}

Tensor run(ir::Graph& graph, Value result, const std::vector<Tensor>& inputs) {
  graph.add_result(result);
  return Interpreter(graph).run(inputs).front();
}

/// The fused op rounds once where the graph rounds after every op: `terms` roundings of values up
/// to `scale`.
void expect_close(const Tensor& got, const Tensor& want, double scale, double terms) {
  ASSERT_EQ(got.get_shape(), want.get_shape());
  ASSERT_EQ(got.get_element_type(), ElementType::f32);
  const std::vector<float> a = load<float>(got), b = load<float>(want);
  for (size_t i = 0; i < a.size(); ++i)
    ASSERT_NEAR(a[i], b[i], 0x1p-24 * scale * terms) << "element " << i;
}

// --- weights -------------------------------------------------------------------------------------

struct WeightCase {
  const char* name;
  ElementType type;
  Shape shape;  ///< [N, K] or [N, G, S]
  ElementType zero_point = ElementType::dynamic;
  bool one_zero_point = false;
  ElementType scale = ElementType::f32;
  bool has_tensor_scale = false;
  size_t table = 0;  ///< elements of it, or 0
};

class FusedWeight : public testing::TestWithParam<WeightCase> {
 protected:
  void SetUp() override {
    const WeightCase& c = GetParam();
    weight_ = is_float(c.type) && !is_packed(c.type) ? source_.floats(c.shape, c.type)
                                                     : source_.bytes(c.type, c.shape);
    Shape grouped = c.shape;
    grouped.back() = 1;
    if (c.scale != ElementType::dynamic) scale_ = source_.floats(grouped, c.scale);
    if (c.zero_point != ElementType::dynamic)
      zero_point_ = source_.bytes(c.zero_point, c.one_zero_point ? Shape{} : grouped);
    if (c.has_tensor_scale) tensor_scale_ = source_.floats({1, 1, 1});
    if (c.table > 0) table_ = source_.floats({c.table});
    columns_ = c.shape.size() == 3 ? c.shape[1] * c.shape[2] : c.shape[1];
  }

  std::vector<Value> fused_inputs(ir::Graph& graph, Value x) {
    std::vector<Value> inputs = {x, constant(graph, weight_)};
    inputs.push_back(scale_ ? constant(graph, scale_) : Value{});
    inputs.push_back(zero_point_ ? constant(graph, zero_point_) : Value{});
    inputs.push_back(tensor_scale_ ? constant(graph, tensor_scale_) : Value{});
    inputs.push_back(table_ ? constant(graph, table_) : Value{});
    return inputs;
  }
  Value decompressed(ir::Graph& graph) {
    ir::Builder b(graph);
    Value w = table_ ? b.gather(constant(graph, table_),
                                b.convert(constant(graph, weight_), ElementType::i32), 0)
                     : b.convert(constant(graph, weight_), ElementType::f32);
    if (zero_point_)
      w = b.binary(Op::Subtract, w, b.convert(constant(graph, zero_point_), ElementType::f32));
    if (scale_) {
      Value scale = b.convert(constant(graph, scale_), ElementType::f32);
      if (tensor_scale_) scale = b.binary(Op::Multiply, scale, constant(graph, tensor_scale_));
      w = b.binary(Op::Multiply, w, scale);
    }
    return b.reshape(w, std::vector<int64_t>{-1, static_cast<int64_t>(columns_)}, false);
  }

  Source source_;
  Tensor weight_, scale_, zero_point_, tensor_scale_, table_;
  size_t columns_ = 0;
};

TEST_P(FusedWeight, FullyConnectedIsMatMul) {
  const Tensor x = source_.floats({2, 3, columns_});
  ir::Graph fused, plain;
  const Value in = fused.add_parameter("x", ElementType::f32, {-1, -1, -1});
  const Tensor got = run(fused, fused.add(Op::FullyConnected, fused_inputs(fused, in)), {x});
  const Value in2 = plain.add_parameter("x", ElementType::f32, {-1, -1, -1});
  const Tensor want = run(plain, ir::Builder(plain).matmul(in2, decompressed(plain), true), {x});
  expect_close(got, want, 2 * 2 * 512.0, static_cast<double>(columns_));
}

// q and a second product of the same weight, gate and up, bias and residual: what passes join.
TEST_P(FusedWeight, JoinedProductsAreTheirParts) {
  const Tensor x = source_.floats({2, 3, columns_});
  const size_t rows = weight_.get_shape()[0];
  const Tensor bias = source_.floats({rows}), addend = source_.floats({2, 3, rows});
  ir::Graph plain, added, group, gated;
  const auto weight_with_bias = [&](ir::Graph& graph, Value in) {
    std::vector<Value> out = fused_inputs(graph, in);
    out.resize(ir::product_inputs(0) + ir::kBias);
    out.push_back(constant(graph, bias));
    return std::vector<Value>(out.begin() + 1, out.end());
  };
  const auto inputs_of = [&](ir::Graph& graph, size_t products) {
    std::vector<Value> out{graph.add_parameter("x", ElementType::f32, {-1, -1, -1})};
    for (size_t i = 0; i < products; ++i)
      for (const Value v : weight_with_bias(graph, out[0])) out.push_back(v);
    return out;
  };
  ir::Builder b(plain);
  const Value parameter = plain.add_parameter("x", ElementType::f32, {-1, -1, -1});
  const Value y =
      b.binary(Op::Add, b.matmul(parameter, decompressed(plain), true), constant(plain, bias));
  const Tensor product = run(plain, y, {x});
  const double scale = 2 * 2 * 512.0, terms = static_cast<double>(columns_) + 1;

  std::vector<Value> inputs = inputs_of(added, 1);
  inputs.push_back(constant(added, addend));
  const Tensor sum = run(added, added.add(Op::FullyConnected, inputs), {x});
  Tensor want = product.clone();
  for (size_t i = 0; i < want.get_size(); ++i) want.data<float>()[i] += addend.data<float>()[i];
  expect_close(sum, want, scale, terms + 1);

  const Value both = group.add(Op::FullyConnectedGroup, inputs_of(group, 2));
  group.add_result(both);
  group.add_result({both.node, 1});
  for (const Tensor& got : Interpreter(group).run({x})) expect_close(got, product, scale, terms);

  const Tensor passed = run(gated, gated.add(Op::GatedFullyConnected, inputs_of(gated, 2)), {x});
  for (size_t i = 0; i < want.get_size(); ++i) {
    const double g = product.data<float>()[i];
    want.data<float>()[i] = static_cast<float>(g * g / (1 + std::exp(-g)));
  }
  // A product that is off by d is let through off by at most 2.2 |g| d (the slope of x silu(x)).
  double largest = 1;
  for (size_t i = 0; i < product.get_size(); ++i)
    largest = std::max(largest, std::abs(double{product.data<float>()[i]}));
  expect_close(passed, want, scale * 2.2 * largest, terms + 1);
}

TEST_P(FusedWeight, EmbeddingLookupIsGather) {
  const Tensor ids = source_.ints({2, 3}, static_cast<int64_t>(weight_.get_shape()[0]));
  ir::Graph fused, plain;
  const Value in = fused.add_parameter("ids", ElementType::i64, {-1, -1});
  const Tensor got = run(fused, fused.add(Op::EmbeddingLookup, fused_inputs(fused, in)), {ids});
  const Value in2 = plain.add_parameter("ids", ElementType::i64, {-1, -1});
  const Tensor want = run(plain, ir::Builder(plain).gather(decompressed(plain), in2, 0), {ids});
  expect_close(got, want, 0, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Fused, FusedWeight,
    testing::Values(
        WeightCase{"f32", ElementType::f32, {5, 7}, {}, false, ElementType::dynamic},
        WeightCase{"f16", ElementType::f16, {5, 8}, {}, false, ElementType::dynamic},
        WeightCase{"bf16", ElementType::bf16, {3, 6}, {}, false, ElementType::dynamic},
        WeightCase{"i8_by_row", ElementType::i8, {4, 6}, {}, false, ElementType::f16},
        WeightCase{"u8_by_row", ElementType::u8, {4, 6}, ElementType::u8, false, ElementType::f16},
        WeightCase{"i4_by_group", ElementType::i4, {3, 2, 5}, {}, false, ElementType::f16},
        WeightCase{"u4_by_group", ElementType::u4, {3, 3, 4}, ElementType::u4},
        WeightCase{"u4_one_zero_point", ElementType::u4, {3, 2, 4}, ElementType::u8, true},
        WeightCase{"nf4_by_group", ElementType::nf4, {2, 2, 6}},
        WeightCase{
            "f4e2m1_by_group", ElementType::f4e2m1, {2, 2, 32}, {}, false, ElementType::bf16},
        WeightCase{"nvfp4", ElementType::f4e2m1, {2, 2, 16}, {}, false, ElementType::f16, true},
        WeightCase{
            "u4_of_table", ElementType::u4, {3, 2, 4}, {}, false, ElementType::f16, false, 16},
        WeightCase{
            "u8_of_table", ElementType::u8, {4, 6}, {}, false, ElementType::dynamic, false, 256},
        WeightCase{"q8_0", ElementType::q8_0, {3, 64}, {}, false, ElementType::dynamic},
        WeightCase{"q4_0", ElementType::q4_0, {3, 32}, {}, false, ElementType::dynamic}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(FusedEmbedding, RefusesIdsOutsideOfTheTable) {
  for (int64_t id : {int64_t{-1}, int64_t{2}, INT64_MAX}) {
    ir::Graph graph;
    const Value ids = graph.add_parameter("ids", ElementType::i64, {1});
    const Value table = ir::Builder(graph).floats({1, 2, 3, 4}, {2, 2});
    graph.add_result(graph.add(Op::EmbeddingLookup, {ids, table}));
    Tensor t(ElementType::i64, {1});
    t.data<int64_t>()[0] = id;
    EXPECT_THROW(Interpreter(graph).run({t}), Exception) << id;
  }
}

// --- norm, rotation, gate ------------------------------------------------------------------------

TEST(FusedNorm, RmsNormIsItsFormula) {
  Source source;
  const Tensor x = source.floats({2, 3, 8}), gamma = source.floats({8});
  ir::Graph fused, plain;
  const Value in = fused.add_parameter("x", ElementType::f32, {-1, -1, 8});
  const Tensor got =
      run(fused, fused.add(Op::RMSNorm, {in, constant(fused, gamma)}, {{"epsilon", 1e-5}}), {x});
  ir::Builder b(plain);
  const Value y = plain.add_parameter("x", ElementType::f32, {-1, -1, 8});
  const Value mean = b.reduce_mean(b.binary(Op::Power, y, b.scalar_float(2)), -1);
  const Value root = b.unary(Op::Sqrt, b.binary(Op::Add, mean, b.scalar_float(1e-5f)));
  const Value scaled = b.binary(Op::Multiply, y, b.binary(Op::Divide, b.scalar_float(1), root));
  const Tensor want = run(plain, b.binary(Op::Multiply, scaled, constant(plain, gamma)), {x});
  expect_close(got, want, 8, 8);
}

TEST(FusedGate, SwiGluIsSwishTimesUp) {
  Source source;
  const Tensor gate = source.floats({2, 5}), up = source.floats({2, 5});
  ir::Graph fused, plain;
  const auto inputs = [](ir::Graph& graph) {
    return std::vector<Value>{graph.add_parameter("gate", ElementType::f32, {-1, 5}),
                              graph.add_parameter("up", ElementType::f32, {-1, 5})};
  };
  const Tensor got = run(fused, fused.add(Op::SwiGLU, inputs(fused)), {gate, up});
  const auto in = inputs(plain);
  ir::Builder b(plain);
  const Tensor want =
      run(plain, b.binary(Op::Multiply, b.unary(Op::Swish, in[0]), in[1]), {gate, up});
  expect_close(got, want, 4, 2);
}

/// x * cos + rotated(x) * sin over the first R elements of [B,H,T,D], as models write it.
Value rotate_halves(ir::Builder& b, Value x, Value cos, Value sin, int64_t rotated) {
  const Value head = b.slice(x, 0, rotated, 3), rest = b.slice(x, rotated, INT64_MAX, 3);
  const Value low = b.slice(head, 0, rotated / 2, 3);
  const Value high = b.slice(head, rotated / 2, INT64_MAX, 3);
  const Value turned = b.concat({b.binary(Op::Multiply, high, b.scalar_float(-1)), low}, 3);
  const Value a = b.binary(Op::Multiply, head, b.unsqueeze(cos, {1}));
  const Value c = b.binary(Op::Multiply, turned, b.unsqueeze(sin, {1}));
  return b.concat({b.binary(Op::Add, a, c), rest}, 3);
}

struct RopeCase {
  bool token_major;
  size_t table_batch;
  size_t rotated;
};

class FusedRope : public testing::TestWithParam<RopeCase> {};

TEST_P(FusedRope, RotatesHalves) {
  const auto [token_major, table_batch, rotated] = GetParam();
  Source source;
  const Tensor x = source.floats(token_major ? Shape{2, 5, 3, 8} : Shape{2, 3, 5, 8});
  const std::vector<Tensor> inputs = {x, source.floats({table_batch, 5, rotated}),
                                      source.floats({table_batch, 5, rotated})};
  const auto parameters = [&](ir::Graph& graph) {
    return std::vector<Value>{
        graph.add_parameter("x", ElementType::f32, PartialShape(x.get_shape())),
        graph.add_parameter("cos", ElementType::f32, PartialShape::dynamic(3)),
        graph.add_parameter("sin", ElementType::f32, PartialShape::dynamic(3))};
  };
  ir::Graph fused, plain;
  const Tensor got =
      run(fused, fused.add(Op::RoPE, parameters(fused), {{"token_major", token_major}}), inputs);
  const auto in = parameters(plain);
  ir::Builder b(plain);
  Value y = token_major ? b.transpose(in[0], {0, 2, 1, 3}) : in[0];
  y = rotate_halves(b, y, in[1], in[2], static_cast<int64_t>(rotated));
  if (token_major) y = b.transpose(y, {0, 2, 1, 3});
  expect_close(got, run(plain, y, inputs), 4, 3);
}

INSTANTIATE_TEST_SUITE_P(Fused, FusedRope,
                         testing::Values(RopeCase{false, 2, 8}, RopeCase{true, 2, 8},
                                         RopeCase{false, 1, 4}, RopeCase{true, 1, 6}));

// Pairs (2j, 2j + 1) are the halves of a head whose elements are put in another order.
TEST(FusedRope, InterleavedIsHalvesReordered) {
  Source source;
  const Tensor x = source.floats({1, 2, 3, 6});
  const Tensor cos = source.floats({1, 3, 6}), sin = source.floats({1, 3, 6});
  ir::Graph fused, plain;
  const auto rope = [&](ir::Graph& graph, Value in, bool interleaved) {
    return graph.add(Op::RoPE, {in, constant(graph, cos), constant(graph, sin)},
                     {{"interleaved", interleaved}});
  };
  const Value in = fused.add_parameter("x", ElementType::f32, {1, 2, 3, 6});
  const Tensor got = run(fused, rope(fused, in, true), {x});
  ir::Builder b(plain);
  const Value in2 = plain.add_parameter("x", ElementType::f32, {1, 2, 3, 6});
  // Halves use table entries j and j + R/2, pairs only j: make both halves of the table the same.
  const auto doubled = [&](const Tensor& t) {
    const Value half = b.slice(constant(plain, t), 0, 3, 2);
    return b.concat({half, half}, 2);
  };
  const Value apart = b.gather(in2, b.ints({0, 2, 4, 1, 3, 5}), 3);
  const Value turned = plain.add(Op::RoPE, {apart, doubled(cos), doubled(sin)});
  const Tensor want = run(plain, b.gather(turned, b.ints({0, 3, 1, 4, 2, 5}), 3), {x});
  expect_close(got, want, 4, 3);
}

// --- attention with a cache ----------------------------------------------------------------------

struct AttentionCase {
  const char* name;
  int64_t window;
  bool beams;
  bool padded;
};

class FusedAttention : public testing::TestWithParam<AttentionCase> {
 protected:
  static constexpr int64_t kHeads = 4, kSharedHeads = 2, kSize = 3, kOutSize = 5;

  std::vector<Value> parameters(ir::Graph& graph) {
    return {graph.add_parameter("q", ElementType::f32, {-1, -1, kHeads, kSize}),
            graph.add_parameter("k", ElementType::f32, {-1, -1, kSharedHeads, kSize}),
            graph.add_parameter("v", ElementType::f32, {-1, -1, kSharedHeads, kOutSize}),
            graph.add_parameter("beams", ElementType::i32, {-1}),
            graph.add_parameter("mask", ElementType::i64, {-1, -1})};
  }

  /// The variable with new cells behind it, heads repeated: [B, H, P+T, D].
  Value cells(ir::Builder& b, Value fresh, Value beams, const std::string& name, int64_t size) {
    ir::Graph& graph = b.graph();
    const Value batch = b.dimension(b.shape_of(fresh), 0);
    const Value empty = graph.add(
        Op::Broadcast, {b.scalar_float(0), b.concat({batch, b.ints({kSharedHeads, 0, size})}, 0)});
    const Value past = graph.add(Op::ReadValue, {empty},
                                 {{"variable_id", name},
                                  {"variable_type", ElementType::f32},
                                  {"variable_shape", PartialShape{-1, kSharedHeads, -1, size}}});
    const Value all = b.concat({b.gather(past, beams, 0), b.transpose(fresh, {0, 2, 1, 3})}, 2);
    graph.add(Op::Assign, {all}, {{"variable_id", name}});
    const Value repeated = graph.add(
        Op::Broadcast, {b.unsqueeze(all, {2}), b.ints({1, 1, kHeads / kSharedHeads, 1, 1})},
        {{"mode", "bidirectional"}});
    return b.reshape(repeated, std::vector<int64_t>{0, kHeads, -1, size}, true);
  }

  /// Which cells a query may see, [B, 1, T, P+T].
  Value visible(ir::Builder& b, Value q, Value mask, int64_t window) {
    ir::Graph& graph = b.graph();
    const Value total = b.squeeze(b.dimension(b.shape_of(mask), 1), {0});
    const Value tokens = b.squeeze(b.dimension(b.shape_of(q), 1), {0});
    const auto range = [&](Value from, Value to) {
      return graph.add(Op::Range, {from, to, b.scalar_int(1)}, {{"output_type", ElementType::i64}});
    };
    const Value cell = range(b.scalar_int(0), total);
    const Value query = b.unsqueeze(range(b.binary(Op::Subtract, total, tokens), total), {1});
    Value sees = b.binary(Op::LessEqual, cell, query);
    if (window > 0) {
      const Value first = b.binary(Op::Subtract, query, b.scalar_int(window));
      sees = b.binary(Op::LogicalAnd, sees, b.binary(Op::Greater, cell, first));
    }
    const Value kept = b.binary(Op::NotEqual, mask, b.scalar_int(0));
    return b.binary(Op::LogicalAnd, sees, b.unsqueeze(kept, {1, 2}));
  }

  Value plain_attention(ir::Graph& graph, const std::vector<Value>& in, int64_t window) {
    ir::Builder b(graph);
    const Value keys = cells(b, in[1], in[3], "k", kSize);
    const Value values = cells(b, in[2], in[3], "v", kOutSize);
    const Value y = graph.add(Op::ScaledDotProductAttention,
                              {b.transpose(in[0], {0, 2, 1, 3}), keys, values,
                               visible(b, in[0], in[4], window), b.scalar_float(0.5f)},
                              {{"causal", false}});
    return b.reshape(b.transpose(y, {0, 2, 1, 3}), std::vector<int64_t>{0, 0, kHeads * kOutSize},
                     true);
  }
};

TEST_P(FusedAttention, IsAttentionOverConcatenatedCells) {
  const AttentionCase& c = GetParam();
  ir::Graph fused, plain;
  const auto in = parameters(fused);
  fused.add_result(
      fused.add(Op::CachedAttention,
                {in[0], in[1], in[2], c.beams ? in[3] : Value{}, c.padded ? in[4] : Value{}},
                {{"key_variable", "k"},
                 {"value_variable", "v"},
                 {"scale", 0.5},
                 {"sliding_window", c.window}}));
  plain.add_result(plain_attention(plain, parameters(plain), c.window));
  Interpreter a(fused), b(plain);
  Source source;
  size_t past = 0;
  for (size_t tokens : {4, 1, 3}) {
    Tensor beams(ElementType::i32, {2}), mask(ElementType::i64, {2, past + tokens});
    for (size_t i = 0; i < 2; ++i)
      beams.data<int32_t>()[i] = static_cast<int32_t>(c.beams && past > 0 ? 1 - i : i);
    for (size_t i = 0; i < mask.get_size(); ++i) mask.data<int64_t>()[i] = 1;
    if (c.padded) mask.data<int64_t>()[0] = mask.data<int64_t>()[1] = 0;  // sees nothing at first
    const std::vector<Tensor> inputs = {
        source.floats({2, tokens, kHeads, kSize}), source.floats({2, tokens, kSharedHeads, kSize}),
        source.floats({2, tokens, kSharedHeads, kOutSize}), beams, mask};
    expect_close(a.run(inputs)[0], b.run(inputs)[0], 4, 16);
    for (const char* variable : {"k", "v"})
      expect_close(a.states().at(variable), b.states().at(variable), 0, 0);
    past += tokens;
  }
}

INSTANTIATE_TEST_SUITE_P(Fused, FusedAttention,
                         testing::Values(AttentionCase{"causal", 0, false, false},
                                         AttentionCase{"window", 2, false, false},
                                         AttentionCase{"beams", 0, true, false},
                                         AttentionCase{"padded", 0, false, true},
                                         AttentionCase{"everything", 3, true, true}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace hearth::ref
