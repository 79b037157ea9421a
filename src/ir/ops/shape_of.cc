// ShapeOf: the sizes of a tensor as an integer vector.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_shape_of(Inference& i) {
  const auto type = i.attrs().get<ElementType>("output_type");
  if (type != ElementType::i32 && type != ElementType::i64)
    i.fail("output_type should be i32 or i64, but is {}", to_string(type));
  const PartialShape& shape = i.shape(0);
  i.output(0, type,
           {shape.rank_is_static() ? Dimension(static_cast<int64_t>(shape.rank()))
                                   : Dimension::dynamic()});
}

}  // namespace

// opset1 has no output_type and produces i64, which is the default here.
OpSchema make_ShapeOf_schema() {
  return {.type = "ShapeOf",
          .version = "opset3",
          .accepted = {"opset1"},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {type_attr("output_type", ElementType::i64)},
          .infer = infer_shape_of};
}

}  // namespace hearth::ir
