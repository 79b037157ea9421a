#include "ir/builder.h"

#include <cstring>
#include <limits>

namespace hearth::ir {
namespace {

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  return Bytes::copy_of(std::as_bytes(std::span(values)));
}

}  // namespace

Value Builder::ints(const std::vector<int64_t>& values, std::string name) {
  return graph_.add_constant(ElementType::i64, Shape{values.size()}, bytes_of(values),
                             std::move(name));
}

Value Builder::scalar_int(int64_t value, std::string name) {
  return graph_.add_constant(ElementType::i64, Shape{}, bytes_of(std::vector{value}),
                             std::move(name));
}

Value Builder::scalar_i32(int32_t value, std::string name) {
  return graph_.add_constant(ElementType::i32, Shape{}, bytes_of(std::vector{value}),
                             std::move(name));
}

Value Builder::scalar_float(float value, std::string name) {
  return graph_.add_constant(ElementType::f32, Shape{}, bytes_of(std::vector{value}),
                             std::move(name));
}

Value Builder::floats(const std::vector<float>& values, Shape shape, std::string name) {
  return graph_.add_constant(ElementType::f32, std::move(shape), bytes_of(values), std::move(name));
}

Value Builder::binary(Op op, Value a, Value b, std::string name) {
  return graph_.add(op, {a, b}, {}, std::move(name));
}

Value Builder::unary(Op op, Value a, std::string name) {
  return graph_.add(op, {a}, {}, std::move(name));
}

Value Builder::convert(Value a, ElementType type, std::string name) {
  return graph_.add(Op::Convert, {a}, {{"destination_type", type}}, std::move(name));
}

Value Builder::shape_of(Value a, ElementType type) {
  return graph_.add(Op::ShapeOf, {a}, {{"output_type", type}});
}

Value Builder::dimension(Value shape, int64_t index) { return gather(shape, ints({index}), 0); }

Value Builder::reshape(Value a, const std::vector<int64_t>& pattern, bool special_zero,
                       std::string name) {
  return reshape(a, ints(pattern), special_zero, std::move(name));
}

Value Builder::reshape(Value a, Value pattern, bool special_zero, std::string name) {
  return graph_.add(Op::Reshape, {a, pattern}, {{"special_zero", special_zero}}, std::move(name));
}

Value Builder::transpose(Value a, const std::vector<int64_t>& order, std::string name) {
  return graph_.add(Op::Transpose, {a, ints(order)}, {}, std::move(name));
}

Value Builder::concat(const std::vector<Value>& parts, int64_t axis, std::string name) {
  return graph_.add(Op::Concat, parts, {{"axis", axis}}, std::move(name));
}

Value Builder::unsqueeze(Value a, const std::vector<int64_t>& axes, std::string name) {
  return graph_.add(Op::Unsqueeze, {a, ints(axes)}, {}, std::move(name));
}

Value Builder::squeeze(Value a, const std::vector<int64_t>& axes, std::string name) {
  return graph_.add(Op::Squeeze, {a, ints(axes)}, {}, std::move(name));
}

Value Builder::slice(Value a, int64_t start, int64_t stop, int64_t axis, std::string name) {
  return graph_.add(Op::Slice, {a, ints({start}), ints({stop}), ints({1}), ints({axis})}, {},
                    std::move(name));
}

Value Builder::gather(Value data, Value indices, int64_t axis, std::string name) {
  return graph_.add(Op::Gather, {data, indices, scalar_int(axis)}, {}, std::move(name));
}

Value Builder::matmul(Value a, Value b, bool transpose_b, std::string name) {
  return graph_.add(Op::MatMul, {a, b}, {{"transpose_b", transpose_b}}, std::move(name));
}

Value Builder::reduce_mean(Value a, int64_t axis, std::string name) {
  return graph_.add(Op::ReduceMean, {a, ints({axis})}, {{"keep_dims", true}}, std::move(name));
}

}  // namespace hearth::ir
