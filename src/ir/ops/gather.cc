// Gather, GatherElements, GatherND: picking elements by index.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

/// Replaces the first `count` dimensions by what two shapes agree on.
void merge_batch(const Inference& i, PartialShape& out, const PartialShape& a,
                 const PartialShape& b, size_t count) {
  for (size_t d = 0; d < count; ++d) {
    Dimension dim;
    if (!Dimension::merge(dim, a[d], b[d]))
      i.fail("batch axis {} differs: shapes [{}] and [{}]", d, a.to_string(), b.to_string());
    out.push_back(dim);
  }
}

/// Leading axes that data and indices share; negative counts from the end of the indices.
size_t batch_dims(const Inference& i, size_t rank) {
  const int64_t value = i.attrs().integer("batch_dims"), r = static_cast<int64_t>(rank);
  if (value < -r || value > r) i.fail("batch_dims {} does not fit indices of rank {}", value, rank);
  return static_cast<size_t>(value < 0 ? value + r : value);
}

void infer_gather(Inference& i) {
  i.expect_integer(1);
  const PartialShape &data = i.shape(0), &indices = i.shape(1);
  if (data.rank_is_static() && data.rank() == 0) i.fail("a scalar cannot be gathered from");
  if (!data.rank_is_static() || !indices.rank_is_static())
    return i.output(0, i.type(0), PartialShape::dynamic());
  const size_t batch = batch_dims(i, indices.rank());
  const auto axis = known_axis(i, 2, data.rank());
  if (!axis) {
    const size_t rank = data.rank() - 1 + indices.rank() - batch;
    return i.output(0, i.type(0), PartialShape::dynamic(rank));
  }
  if (batch > *axis) i.fail("batch_dims {} is larger than axis {}", batch, *axis);
  PartialShape out;
  merge_batch(i, out, data, indices, batch);
  for (size_t d = batch; d < *axis; ++d) out.push_back(data[d]);
  for (size_t d = batch; d < indices.rank(); ++d) out.push_back(indices[d]);
  for (size_t d = *axis + 1; d < data.rank(); ++d) out.push_back(data[d]);
  i.output(0, i.type(0), out);
}

void infer_gather_elements(Inference& i) {
  i.expect_integer(1);
  const PartialShape &data = i.shape(0), &indices = i.shape(1);
  if (data.rank_is_static() && indices.rank_is_static()) {
    if (data.rank() != indices.rank())
      i.fail("data of shape [{}] and indices of shape [{}] should be of one rank", data.to_string(),
             indices.to_string());
    const size_t axis = i.axis(i.attrs().integer("axis"), data.rank());
    PartialShape out = indices;
    for (size_t d = 0; d < data.rank(); ++d)
      if (d != axis && !Dimension::merge(out[d], data[d], indices[d]))
        i.fail("shapes [{}] and [{}] differ at axis {}", data.to_string(), indices.to_string(), d);
    return i.output(0, i.type(0), out);
  }
  i.output(0, i.type(0), indices);
}

void infer_gather_nd(Inference& i) {
  i.expect_integer(1);
  const PartialShape &data = i.shape(0), &indices = i.shape(1);
  const int64_t batch = i.attrs().integer("batch_dims");
  if (batch < 0) i.fail("batch_dims is {}, but should not be negative", batch);
  // opset5 folds all batch axes into one.
  if (i.node().version == "opset5" && batch > 1) i.fail("batch_dims of opset5 should be 0 or 1");
  if (!data.rank_is_static() || !indices.rank_is_static())
    return i.output(0, i.type(0), PartialShape::dynamic());
  const auto b = static_cast<size_t>(batch);
  if (indices.rank() == 0 || b >= indices.rank() || b >= data.rank())
    i.fail("batch_dims {} does not fit data of shape [{}] and indices of shape [{}]", batch,
           data.to_string(), indices.to_string());
  const Dimension& tuple = indices[indices.rank() - 1];
  if (tuple.is_dynamic()) return i.output(0, i.type(0), PartialShape::dynamic());
  if (tuple.get_length() < 1 || tuple.get_length() > static_cast<int64_t>(data.rank() - b))
    i.fail("index tuples of {} do not fit data of rank {} with {} batch axes", tuple.get_length(),
           data.rank(), batch);
  PartialShape out;
  merge_batch(i, out, data, indices, b);
  for (size_t d = b; d + 1 < indices.rank(); ++d) out.push_back(indices[d]);
  for (size_t d = b + static_cast<size_t>(tuple.get_length()); d < data.rank(); ++d)
    out.push_back(data[d]);
  i.output(0, i.type(0), out);
}

}  // namespace

// Indices below 0 count from the end (opset8). opset1 has no batch_dims.
OpSchema make_Gather_schema() {
  return {.type = "Gather",
          .version = "opset8",
          .accepted = {"opset1", "opset7"},
          .min_inputs = 3,
          .max_inputs = 3,
          .attributes = {integer_attr("batch_dims", 0)},
          .infer = infer_gather};
}

OpSchema make_GatherElements_schema() {
  return {.type = "GatherElements",
          .version = "opset6",
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {integer_attr("axis", {})},
          .infer = infer_gather_elements};
}

OpSchema make_GatherND_schema() {
  return {.type = "GatherND",
          .version = "opset8",
          .accepted = {"opset5"},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {integer_attr("batch_dims", 0)},
          .infer = infer_gather_nd};
}

}  // namespace hearth::ir
