// Changing the element type.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_convert(Inference& i) {
  i.output(0, i.attrs().get<ElementType>("destination_type"), i.shape(0));
}

void infer_convert_like(Inference& i) { i.output(0, i.type(1), i.shape(0)); }

}  // namespace

OpSchema make_Convert_schema() {
  return {.type = "Convert",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {type_attr("destination_type", {})},
          .infer = infer_convert};
}

OpSchema make_ConvertLike_schema() {
  return {.type = "ConvertLike",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {},
          .infer = infer_convert_like};
}

}  // namespace hearth::ir
