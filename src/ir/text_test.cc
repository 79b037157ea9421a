// The text form: printing, parsing, comparing, and verification of what was parsed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/decode.h"
#include "base/error.h"
#include "ir/compare.h"
#include "ir/parse_text.h"
#include "ir/print.h"
#include "ir/verify.h"

namespace hearth::ir {
namespace {

using testing::HasSubstr;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Exception& e) {
    return e.what();
  }
  return "no error";
}

Graph parse(const std::string& text) { return parse_text(text, "t"); }

TEST(Text, PrintsWhatItParses) {
  const std::string text = R"(graph "m"
%x = Parameter : f32[?,4] names("x")
%"odd name" = Const f32[4] [1, -0.5, inf, 1e-40]
%"a/b:c" = Add(%x, %"odd name") : f32[?,4] names("sum") rt_info{attribute(name="n", value="\"q\""){deep()}}
%axis = Const i64[] 1
%s = Split(%"a/b:c", %axis) {num_splits=2} : f32[?,2], f32[?,2] names:1("right")
%y = Multiply(%s, %s:1) : f32[?,2]
%r = Result(%y)
)";
  const Graph graph = parse(text);
  EXPECT_NO_THROW(verify(graph));
  EXPECT_EQ(print(graph), text);
  EXPECT_EQ(difference(graph, parse(print(graph))), "");
}

TEST(Text, ConstantsOfEveryKind) {
  const struct {
    const char *values, *printed;
  } cases[] = {
      {"f16[2] [0.1, 65504]", "f16[2] [0.099975586, 65504]"},
      {"bf16[] -inf", "bf16[] -inf"},
      {"f64[1] [0.1]", "f64[1] [0.1]"},
      {"f32[1] [nan]", "f32[1] [nan]"},
      {"f32[1] hex(0100c07f)", "f32[1] hex(0100c07f)"},  // a NaN with a payload
      {"u64[1] [18446744073709551615]", "u64[1] [18446744073709551615]"},
      {"i4[3] [-8, 7, -1]", "i4[3] [-8, 7, -1]"},
      {"u2[5] [0, 1, 2, 3, 1]", "u2[5] [0, 1, 2, 3, 1]"},
      {"u1[9] [1, 0, 0, 0, 0, 0, 0, 0, 1]", "u1[9] [1, 0, 0, 0, 0, 0, 0, 0, 1]"},
      {"boolean[2] [true, false]", "boolean[2] [1, 0]"},
      {"nf4[3] hex(ab0c)", "nf4[3] hex(ab0c)"},
      {"i8[0] []", "i8[0] []"},
      {"i32[4] splat(7)", "i32[4] [7, 7, 7, 7]"},
      {"i32[100] splat(-7)", "i32[100] splat(-7)"},
      {"f32[100] random(1, 0, 1)", "f32[100] elided"},
      {"f32[1000000] elided", "f32[1000000] elided"},
  };
  for (const auto& c : cases) {
    const Graph graph = parse(std::string("%c = Const ") + c.values + "\n%r = Result(%c)\n");
    EXPECT_EQ(print(graph),
              std::string("graph \"Model0\"\n%c = Const ") + c.printed + "\n%r = Result(%c)\n");
  }
}

TEST(Text, RandomValuesFillTheirRange) {
  const Graph graph =
      parse("%c = Const f32[1000] random(5, -2, 3)\n%i = Const i4[1000] random(5, -8, 7)");
  std::vector<float> floats(1000), integers(1000);
  decode_to_f32(ElementType::f32, graph.node(0).data.data(), 0, 1000, floats.data());
  decode_to_f32(ElementType::i4, graph.node(1).data.data(), 0, 1000, integers.data());
  EXPECT_THAT(floats, testing::Each(testing::AllOf(testing::Ge(-2.0f), testing::Lt(3.0f))));
  EXPECT_LT(*std::min_element(floats.begin(), floats.end()), -1.9f);
  EXPECT_GT(*std::max_element(floats.begin(), floats.end()), 2.9f);
  for (int v = -8; v <= 7; ++v)
    EXPECT_GT(std::count(integers.begin(), integers.end(), static_cast<float>(v)), 20) << v;
}

TEST(Text, ErrorsNameTheLine) {
  const struct {
    const char *text, *part;
  } cases[] = {
      {"%x = NoOp(%y)", "t:1: there is no op NoOp"},
      {"\n\n%x = Abs(%y)", "t:3: there is no node %y before this line"},
      {"%x = Parameter", "t:1: `:` should stand here"},
      {"%x = Parameter : f33[1]", "`f33` is no element type"},
      {"%x = Parameter : f32[1,a]", "is not a shape"},
      {"%x = Parameter : f32[2]\n%y = Abs(%x) : f32[3]", "output 0 is f32[2] by inference"},
      {"%x = Parameter : f32[2]\n%y = MatMul(%x)", "t:2: MatMul `y`: has 1 inputs"},
      {"%x = Parameter : f32[2]\n%y = Abs(%x) {a=1}", "Abs has no attribute a"},
      {"%x = Parameter : f32[2]\n%y = Softmax(%x)", "there is no op Softmax"},
      {"%x = Parameter : f32[2]\n%y = SoftMax(%x) {axis=x}", "should be an integer"},
      {"%x = Parameter : f32[2]\n%x = Abs(%x)", "two nodes %x"},
      {"%x = Parameter : f32[2] nonsense", "no note of a node"},
      {"%x = Parameter : f32[2] names:1(\"a\")", "there is no output 1"},
      {"%c = Const i32[2] [1]", "1 values are given, but the constant has 2"},
      {"%c = Const i32[1] [x]", "no values of type i32"},
      {"%c = Const nf4[1] [1]", "no values of type nf4"},
      {"%c = Const i32[1] [1", "`]` is missing"},
      {"%c = Const i32[?] [1]", "cannot be dynamic"},
      {"%c = Const f32[1] hex(zz)", "not hexadecimal"},
      {"%c = Const f32[1] hex(00)", "takes 4 bytes"},
      {"%c = Const f32[99999999999] splat(0)", "too large"},
      {"%c = Const f32[1] random(1, 2)", "two ends"},
      {"graph \"a", "should stand here"},
      {"?", "`%` should stand here"},
  };
  for (const auto& c : cases)
    EXPECT_THAT(message_of([&] { parse(c.text); }), HasSubstr(c.part)) << c.text;
}

TEST(Compare, SaysWhatDiffers) {
  const std::string base = R"(
%x = Parameter : f32[2]
%c = Const f32[2] [1, 2]
%y = Add(%x, %c)
%z = Multiply(%y, %y)
%r = Result(%z)
)";
  const auto against = [&](const std::string& from, const std::string& to,
                           CompareOptions options = {}) {
    std::string other = base;
    other.replace(other.find(from), from.size(), to);
    return difference(parse(base), parse(other), options);
  };
  EXPECT_EQ(against("%x", "%x"), "");
  EXPECT_THAT(against("[1, 2]", "[1, 3]"),
              HasSubstr("Const `c` (second: Const `c`): values differ"));
  EXPECT_THAT(against("Multiply", "Subtract"), HasSubstr("is another op"));
  EXPECT_THAT(against("(%y, %y)", "(%y, %x)"), HasSubstr("stands for"));
  EXPECT_THAT(against("f32[2]\n", "f32[?]\n"), HasSubstr("attributes"));
  EXPECT_THAT(against("f32[2]\n", "f32[2] names(\"q\")\n"), HasSubstr("names"));
  EXPECT_EQ(against("f32[2]\n", "f32[2] names(\"q\")\n", {.names = false}), "");
  EXPECT_THAT(against("(%x, %c)", "(%x, %c) rt_info{a()}"), HasSubstr("rt_info differs"));
  EXPECT_THAT(against("(%x, %c)", "(%x, %c) version(\"opset0\")"), HasSubstr("version"));
  // One constant, or two that are equal.
  EXPECT_EQ(difference(parse("%c = Const i32[] 1\n%y = Add(%c, %c)\n%r = Result(%y)"),
                       parse("%c = Const i32[] 1\n%d = Const i32[] 1 name(\"c\")\n"
                             "%y = Add(%c, %d)\n%r = Result(%y)")),
            "");
}

TEST(Verify, NamesTheNode) {
  const Graph sound = parse(R"(
%x = Parameter : f32[2] names("x")
%p = ReadValue(%x) {variable_id="v", variable_type=f32, variable_shape=[2]}
%y = Add(%x, %p)
%s = Assign(%y) {variable_id="v"}
%r = Result(%y)
)");
  EXPECT_NO_THROW(verify(sound));
  const struct {
    std::function<void(Graph&)> damage;
    const char* part;
  } cases[] = {
      {[](Graph& g) {
         g.node(2).inputs[1] = {99, 0};
       },
       "Add `y` comes from node 99"},
      {[](Graph& g) {
         g.node(2).inputs[1] = {0, 3};
       },
       "output 3 of Parameter `x`, which has 1"},
      {[](Graph& g) { g.node(0).removed = true; }, "comes from Parameter `x`, which was removed"},
      {[](Graph& g) { g.node(2).outputs[0].shape = {3}; },
       "stored as f32[3], but inferred as f32[2]"},
      {[](Graph& g) { g.node(2).outputs[0].type = ElementType::i32; }, "stored as i32[2]"},
      {[](Graph& g) {
         g.remove(1);
         g.node(2).inputs[1] = {0, 0};
       },
       "no ReadValue reads it"},
      {[](Graph& g) { g.node(4).removed = true; }, "Result `r` is wrongly in"},
      {[](Graph& g) { g.add_parameter("x", ElementType::f32, {1}); }, "`x` belongs to"},
      {[](Graph& g) {
         g.node(2).inputs[0] = {2, 0};
       },
       "cycle"},
  };
  for (const auto& c : cases) {
    Graph graph = sound;
    c.damage(graph);
    EXPECT_THAT(message_of([&] { verify(graph); }), HasSubstr(c.part));
  }
}

}  // namespace
}  // namespace hearth::ir
