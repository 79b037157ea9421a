// Comparisons, logic and bits, element by element.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_comparison(Inference& i) {
  i.same_type(0, 1);
  i.output(0, ElementType::boolean, broadcast_inputs(i, 0, 2));
}

void infer_logical(Inference& i) {
  expect_boolean(i, 0);
  expect_boolean(i, 1);
  i.output(0, ElementType::boolean, broadcast_inputs(i, 0, 2));
}

void expect_bits(const Inference& i, size_t input) {
  const ElementType type = i.type(input);
  if (type != ElementType::dynamic && type != ElementType::boolean && !is_integer(type))
    i.fail("input {} should be boolean or of an integer type, but is {}", input, to_string(type));
}

void infer_bitwise(Inference& i) {
  expect_bits(i, 0);
  expect_bits(i, 1);
  i.output(0, i.same_type(0, 1), broadcast_inputs(i, 0, 2));
}

void infer_logical_not(Inference& i) {
  expect_boolean(i, 0);
  i.output(0, ElementType::boolean, i.shape(0));
}

void infer_bitwise_not(Inference& i) {
  expect_bits(i, 0);
  i.output(0, i.type(0), i.shape(0));
}

OpSchema two_inputs(const char* type, const char* version, void (*infer)(Inference&)) {
  return {.type = type,
          .version = version,
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {auto_broadcast_attr()},
          .infer = infer};
}

OpSchema one_input(const char* type, const char* version, void (*infer)(Inference&)) {
  return {.type = type,
          .version = version,
          .accepted = {},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {},
          .infer = infer};
}

OpSchema comparison(const char* type) { return two_inputs(type, "opset1", infer_comparison); }
OpSchema logical(const char* type) { return two_inputs(type, "opset1", infer_logical); }
OpSchema bitwise(const char* type) { return two_inputs(type, "opset13", infer_bitwise); }

void infer_classification(Inference& i) {
  i.expect_float(0);
  i.output(0, ElementType::boolean, i.shape(0));
}

OpSchema classification(const char* type) {
  return one_input(type, "opset10", infer_classification);
}

}  // namespace

OpSchema make_Equal_schema() { return comparison("Equal"); }
OpSchema make_NotEqual_schema() { return comparison("NotEqual"); }
OpSchema make_Less_schema() { return comparison("Less"); }
OpSchema make_LessEqual_schema() { return comparison("LessEqual"); }
OpSchema make_Greater_schema() { return comparison("Greater"); }
OpSchema make_GreaterEqual_schema() { return comparison("GreaterEqual"); }
OpSchema make_LogicalAnd_schema() { return logical("LogicalAnd"); }
OpSchema make_LogicalOr_schema() { return logical("LogicalOr"); }
OpSchema make_BitwiseAnd_schema() { return bitwise("BitwiseAnd"); }
OpSchema make_BitwiseOr_schema() { return bitwise("BitwiseOr"); }
OpSchema make_BitwiseXor_schema() { return bitwise("BitwiseXor"); }
OpSchema make_IsNaN_schema() { return classification("IsNaN"); }
OpSchema make_IsFinite_schema() { return classification("IsFinite"); }

// OpenVINO writes this one as opset2: its opset1 knows the op only under the name Xor.
OpSchema make_LogicalXor_schema() {
  OpSchema schema = two_inputs("LogicalXor", "opset2", infer_logical);
  schema.accepted = {"opset1"};
  return schema;
}

OpSchema make_LogicalNot_schema() { return one_input("LogicalNot", "opset1", infer_logical_not); }
OpSchema make_BitwiseNot_schema() { return one_input("BitwiseNot", "opset13", infer_bitwise_not); }

OpSchema make_IsInf_schema() {
  OpSchema schema = classification("IsInf");
  schema.attributes = {flag_attr("detect_negative", true), flag_attr("detect_positive", true)};
  return schema;
}

}  // namespace hearth::ir
