#include "ref/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "ir/builder.h"

namespace hearth::ref {
namespace {

using ir::Op;
using testing::ElementsAre;

Tensor floats(const Shape& shape, const std::vector<float>& values) {
  Tensor t(ElementType::f32, shape);
  std::copy(values.begin(), values.end(), t.data<float>());
  return t;
}

std::vector<float> values(const Tensor& t) {
  return {t.data<float>(), t.data<float>() + t.get_size()};
}

class InterpreterTest : public testing::Test {
 protected:
  std::string error_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Exception& e) {
      return e.what();
    }
    return "nothing was refused";
  }

  ir::Graph graph;
  ir::Builder b{graph};
};

TEST_F(InterpreterTest, RunsAGraphWithSeveralResults) {
  const ir::Value x = graph.add_parameter("x", ElementType::f32, {-1, 2});
  const ir::Value doubled = b.binary(Op::Add, x, x);
  graph.add_result(doubled, "doubled");
  graph.add_result(b.reduce_mean(doubled, 1), "mean");
  Interpreter interpreter(graph);
  const auto out = interpreter.run({floats({2, 2}, {1, 2, 3, 5})});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_THAT(values(out[0]), ElementsAre(2, 4, 6, 10));
  EXPECT_THAT(values(out[1]), ElementsAre(3, 8));
}

TEST_F(InterpreterTest, ChecksItsInputs) {
  graph.add_result(graph.add_parameter("x", ElementType::f32, {-1, 2}));
  Interpreter interpreter(graph);
  EXPECT_EQ(error_of([&] { interpreter.run({}); }), "the model has 1 inputs, but 0 were given");
  EXPECT_EQ(error_of([&] {
              interpreter.run({Tensor(ElementType::i64, {1, 2})});
            }),
            "Parameter `x`: takes f32, but was given i64");
  EXPECT_EQ(error_of([&] {
              interpreter.run({floats({1, 3}, {1, 2, 3})});
            }),
            "Parameter `x`: takes shape [?,2], but was given [1,3]");
}

TEST_F(InterpreterTest, KeepsVariablesBetweenRuns) {
  const ir::Value x = graph.add_parameter("x", ElementType::f32, {1});
  const ir::Value start = b.floats({100}, {1});
  const ir::Attributes variable = {{"variable_id", "total"},
                                   {"variable_type", ElementType::f32},
                                   {"variable_shape", PartialShape{1}}};
  const ir::Value before = graph.add(Op::ReadValue, {start}, variable);
  const ir::Value after = b.binary(Op::Add, before, x);
  graph.add(Op::Assign, {after}, {{"variable_id", "total"}});
  graph.add_result(before);  // what was there before this run
  Interpreter interpreter(graph);
  const auto run = [&](float v) { return values(interpreter.run({floats({1}, {v})})[0])[0]; };
  EXPECT_EQ(run(1), 100);
  EXPECT_EQ(run(2), 101);
  EXPECT_EQ(values(interpreter.states().at("total"))[0], 103);
  interpreter.reset_states();
  EXPECT_EQ(run(5), 100);
}

TEST_F(InterpreterTest, AVariableWithoutInitialValueIsZeroOrEmpty) {
  const ir::Value read = graph.add(Op::ReadValue, {},
                                   {{"variable_id", "v"},
                                    {"variable_type", ElementType::f32},
                                    {"variable_shape", PartialShape{2, -1}}});
  graph.add_result(read);
  EXPECT_EQ(Interpreter(graph).run({})[0].get_shape(), (Shape{2, 0}));
}

TEST_F(InterpreterTest, RefusesAVariableThatDoesNotFit) {
  graph.add_result(graph.add(Op::ReadValue, {},
                             {{"variable_id", "v"},
                              {"variable_type", ElementType::f32},
                              {"variable_shape", PartialShape{2, -1}}},
                             "read"));
  Interpreter interpreter(graph);
  interpreter.states()["v"] = floats({3}, {1, 2, 3});
  EXPECT_EQ(error_of([&] { interpreter.run({}); }),
            "ReadValue `read`: output 0 is f32[3], but the graph says f32[2,?]");
}

TEST_F(InterpreterTest, EvaluatesInnerValuesWithOverrides) {
  const ir::Value x = graph.add_parameter("x", ElementType::f32, {2});
  const ir::Value unused = graph.add_parameter("unused", ElementType::f32, {2});
  const ir::Value inner = b.binary(Op::Multiply, x, x);
  const ir::Value y = b.binary(Op::Add, inner, b.floats({1, 1}, {2}));
  graph.add_result(b.binary(Op::Add, y, unused));
  Interpreter interpreter(graph);
  auto out = interpreter.evaluate({y, inner}, {{x, floats({2}, {3, 4})}});
  EXPECT_THAT(values(out[0]), ElementsAre(10, 17));
  EXPECT_THAT(values(out[1]), ElementsAre(9, 16));
  out = interpreter.evaluate({y, inner}, {{inner, floats({2}, {0, 7})}});
  EXPECT_THAT(values(out[0]), ElementsAre(1, 8));
  EXPECT_THAT(values(out[1]), ElementsAre(0, 7));
  EXPECT_EQ(error_of([&] { interpreter.evaluate({y}, {}); }),
            "Parameter `x`: is an input of the model and cannot be evaluated");
}

TEST_F(InterpreterTest, DropsValuesAfterTheirLastReader) {
  static float memory[2] = {1, 2};
  const auto owner = std::make_shared<int>(0);
  const ir::Value c = graph.add_constant(ElementType::f32, {2},
                                         Bytes(std::as_bytes(std::span(memory)), owner), "weight");
  const ir::Value first = b.binary(Op::Add, c, c, "first");
  graph.add_result(b.binary(Op::Add, first, first, "second"));
  Interpreter interpreter(graph);
  std::map<std::string, long> owners;
  interpreter.set_observer([&](const ir::Node& node, const std::vector<Tensor>&) {
    owners[node.name] = owner.use_count();
  });
  const long before = owner.use_count();
  interpreter.run({});
  EXPECT_GT(owners["first"], before);
  EXPECT_EQ(owners["second"], before);
}

TEST_F(InterpreterTest, ErrorsNameOpAndLayer) {
  const ir::Value ids = graph.add_parameter("ids", ElementType::i64, {-1});
  graph.add_result(b.gather(b.floats({1, 2, 3}, {3}), ids, 0, "embed"));
  Interpreter interpreter(graph);
  Tensor bad(ElementType::i64, {1});
  bad.data<int64_t>()[0] = 3;
  EXPECT_EQ(error_of([&] { interpreter.run({bad}); }),
            "Gather `embed`: index 3 is outside of an axis of 3 elements");
}

TEST_F(InterpreterTest, RefusesTensorsThatAreTooLarge) {
  const ir::Value sizes = graph.add_parameter("sizes", ElementType::i64, {2});
  graph.add_result(graph.add(Op::Broadcast, {b.scalar_float(0), sizes}, {}, "huge"));
  Interpreter interpreter(graph);
  Tensor shape(ElementType::i64, {2});
  const auto run = [&](int64_t rows, int64_t columns) {
    shape.data<int64_t>()[0] = rows;
    shape.data<int64_t>()[1] = columns;
    return error_of([&] { interpreter.run({shape}); });
  };
  EXPECT_THAT(run(int64_t{1} << 40, 1), testing::HasSubstr("Broadcast `huge`"));
  EXPECT_THAT(run(int64_t{1} << 40, int64_t{1} << 40), testing::HasSubstr("8 GiB"));
  EXPECT_THAT(run(-1, 4), testing::HasSubstr("negative size -1"));
}

}  // namespace
}  // namespace hearth::ref
