// Arithmetic on two tensors of one type, element by element.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_arithmetic(Inference& i) {
  expect_number(i, 0);
  expect_number(i, 1);
  i.output(0, i.same_type(0, 1), broadcast_inputs(i, 0, 2));
}

OpSchema arithmetic(const char* type) {
  return {.type = type,
          .version = "opset1",
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {auto_broadcast_attr()},
          .infer = infer_arithmetic};
}

}  // namespace

OpSchema make_Add_schema() { return arithmetic("Add"); }
OpSchema make_Subtract_schema() { return arithmetic("Subtract"); }
OpSchema make_Multiply_schema() { return arithmetic("Multiply"); }
OpSchema make_Power_schema() { return arithmetic("Power"); }
OpSchema make_Maximum_schema() { return arithmetic("Maximum"); }
OpSchema make_Minimum_schema() { return arithmetic("Minimum"); }
OpSchema make_Mod_schema() { return arithmetic("Mod"); }
OpSchema make_FloorMod_schema() { return arithmetic("FloorMod"); }

OpSchema make_Divide_schema() {
  OpSchema schema = arithmetic("Divide");
  // Integers round down as in Python; without it towards zero as in C.
  schema.attributes.push_back(flag_attr("m_pythondiv", true));
  return schema;
}

OpSchema make_SquaredDifference_schema() {
  OpSchema schema = arithmetic("SquaredDifference");
  schema.accepted = {"opset2"};
  return schema;
}

}  // namespace hearth::ir
