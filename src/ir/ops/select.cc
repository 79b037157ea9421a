// Select: the second input where the condition holds, else the third.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_select(Inference& i) {
  expect_boolean(i, 0);
  i.output(0, i.same_type(1, 2), broadcast_inputs(i, 0, 3));
}

}  // namespace

OpSchema make_Select_schema() {
  return {.type = "Select",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 3,
          .max_inputs = 3,
          .attributes = {auto_broadcast_attr()},
          .infer = infer_select};
}

}  // namespace hearth::ir
