// Parameter, Const, Result and the model's state.
#include "base/error.h"
#include "ir/schema.h"

namespace hearth::ir {
namespace {

void infer_parameter(Inference& i) {
  i.output(0, i.attrs().get<ElementType>("element_type"), i.attrs().get<PartialShape>("shape"));
}

void infer_const(Inference& i) {
  const auto type = i.attrs().get<ElementType>("element_type");
  const auto& shape = i.attrs().get<PartialShape>("shape");
  if (!shape.is_static()) i.fail("the shape of a constant cannot be dynamic");
  if (type != ElementType::string) {
    const size_t needed = byte_size(type, shape_size(shape.to_shape()));
    if (i.node().data.size() < needed)
      i.fail("{}[{}] takes {} bytes, but there are {}", to_string(type), shape.to_string(), needed,
             i.node().data.size());
  }
  i.output(0, type, shape);
}

void infer_result(Inference& i) { i.output(0, i.type(0), i.shape(0)); }

// A variable's type and shape come from the attributes; files older than opset6 have only the id,
// and then the initial value tells.
void infer_read_value(Inference& i) {
  auto type = i.attrs().get<ElementType>("variable_type");
  PartialShape shape = i.attrs().get<PartialShape>("variable_shape");
  if (i.has_input(0)) {
    if (type == ElementType::dynamic) type = i.type(0);
    if (!shape.rank_is_static()) shape = i.shape(0);
  }
  i.output(0, type, shape);
}

void infer_assign(Inference& i) { i.output(0, i.type(0), i.shape(0)); }

}  // namespace

OpSchema make_Parameter_schema() {
  return {.type = "Parameter",
          .version = "opset1",
          .accepted = {},
          .attributes = {{"shape", AttrKind::shape, {}, {}},
                         {"element_type", AttrKind::element_type, {}, {}}},
          .infer = infer_parameter};
}

OpSchema make_Const_schema() {
  return {.type = "Const",
          .version = "opset1",
          .accepted = {},
          .attributes = {{"element_type", AttrKind::element_type, {}, {}},
                         {"shape", AttrKind::shape, {}, {}}},
          .infer = infer_const};
}

OpSchema make_Result_schema() {
  return {.type = "Result",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {},
          .infer = infer_result};
}

OpSchema make_ReadValue_schema() {
  return {.type = "ReadValue",
          .version = "opset6",
          .accepted = {"opset3"},
          .min_inputs = 0,
          .max_inputs = 1,
          .attributes = {{"variable_id", AttrKind::text, {}, {}},
                         {"variable_type", AttrKind::element_type, ElementType::dynamic, {}},
                         {"variable_shape", AttrKind::shape, PartialShape::dynamic(), {}}},
          .infer = infer_read_value};
}

OpSchema make_Assign_schema() {
  return {.type = "Assign",
          .version = "opset6",
          .accepted = {"opset3"},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {{"variable_id", AttrKind::text, {}, {}}},
          .infer = infer_assign};
}

}  // namespace hearth::ir
