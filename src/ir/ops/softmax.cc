// SoftMax and LogSoftmax along one axis.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_softmax(Inference& i) {
  i.expect_float(0);
  if (i.shape(0).rank_is_static()) i.axis(i.attrs().integer("axis"), i.shape(0).rank());
  i.output(0, i.type(0), i.shape(0));
}

}  // namespace

OpSchema make_SoftMax_schema() {
  return {.type = "SoftMax",
          .version = "opset8",
          .accepted = {"opset1"},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {integer_attr("axis", 1)},
          .infer = infer_softmax};
}

OpSchema make_LogSoftmax_schema() {
  return {.type = "LogSoftmax",
          .version = "opset5",
          .accepted = {},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {integer_attr("axis", 1)},
          .infer = infer_softmax};
}

}  // namespace hearth::ir
