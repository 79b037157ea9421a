// Functions of one tensor, element by element: type and shape stay.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_numeric(Inference& i) {
  expect_number(i, 0);
  i.output(0, i.type(0), i.shape(0));
}

void infer_float(Inference& i) {
  i.expect_float(0);
  i.output(0, i.type(0), i.shape(0));
}

void infer_swish(Inference& i) {
  i.expect_float(0);
  if (i.has_input(1)) {
    i.same_type(0, 1);
    expect_scalar(i, 1);
  }
  i.output(0, i.type(0), i.shape(0));
}

void infer_clamp(Inference& i) {
  const double low = i.attrs().number("min"), high = i.attrs().number("max");
  if (!(low <= high)) i.fail("the interval from min {} to max {} is empty", low, high);
  infer_numeric(i);
}

OpSchema unary(const char* type, const char* version, void (*infer)(Inference&)) {
  return {.type = type,
          .version = version,
          .accepted = {},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {},
          .infer = infer};
}

OpSchema numeric(const char* type) { return unary(type, "opset1", infer_numeric); }

}  // namespace

OpSchema make_Sqrt_schema() { return numeric("Sqrt"); }
OpSchema make_Abs_schema() { return numeric("Abs"); }
OpSchema make_Negative_schema() { return numeric("Negative"); }
OpSchema make_Exp_schema() { return numeric("Exp"); }
OpSchema make_Log_schema() { return numeric("Log"); }
OpSchema make_Sin_schema() { return numeric("Sin"); }
OpSchema make_Cos_schema() { return numeric("Cos"); }
OpSchema make_Floor_schema() { return numeric("Floor"); }
OpSchema make_Ceiling_schema() { return numeric("Ceiling"); }
OpSchema make_Sign_schema() { return numeric("Sign"); }
OpSchema make_Erf_schema() { return numeric("Erf"); }
OpSchema make_Tanh_schema() { return numeric("Tanh"); }
OpSchema make_Sigmoid_schema() { return numeric("Sigmoid"); }
OpSchema make_ReLU_schema() { return numeric("ReLU"); }
OpSchema make_SoftPlus_schema() { return unary("SoftPlus", "opset4", infer_float); }

OpSchema make_Round_schema() {
  OpSchema schema = unary("Round", "opset5", infer_numeric);
  schema.attributes = {word_attr("mode", {"half_to_even", "half_away_from_zero"}, "half_to_even")};
  return schema;
}

// opset2 knows only the exact form, which is the default here.
OpSchema make_Gelu_schema() {
  OpSchema schema = unary("Gelu", "opset7", infer_float);
  schema.accepted = {"opset2"};
  schema.attributes = {word_attr("approximation_mode", {"erf", "tanh"}, "erf")};
  return schema;
}

// x * sigmoid(beta * x); without a second input beta is 1.
OpSchema make_Swish_schema() {
  OpSchema schema = unary("Swish", "opset4", infer_swish);
  schema.max_inputs = 2;
  return schema;
}

OpSchema make_Clamp_schema() {
  OpSchema schema = unary("Clamp", "opset1", infer_clamp);
  schema.attributes = {number_attr("min", {}), number_attr("max", {})};
  return schema;
}

}  // namespace hearth::ir
