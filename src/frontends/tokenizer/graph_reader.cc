#include "frontends/tokenizer/graph_reader.h"

#include <cstring>

namespace hearth::frontends {
namespace {

// Of all constants of a tokenizer; the largest known have 12 MB.
constexpr size_t kMaxConstantBytes = size_t{1} << 28;

template <typename T>
std::vector<T> values_of(const Bytes& data, size_t count) {
  std::vector<T> out(count);
  if (count > 0) std::memcpy(out.data(), data.data(), count * sizeof(T));
  return out;
}

size_t count_of(const ir::Node& node) {
  return shape_size(node.attrs.get<PartialShape>("shape").to_shape());
}

}  // namespace

const ir::Node& GraphReader::input(const ir::Node& node, size_t i) const {
  if (i >= node.inputs.size()) fail(node, "has {} inputs, too few to be read", node.inputs.size());
  return graph_.node(node.inputs[i]);
}

const ir::Node& GraphReader::constant(const ir::Node& node, size_t i, ElementType type) const {
  const ir::Node& from = input(node, i);
  if (from.op != ir::Op::Const || from.outputs[0].type != type)
    fail(node, "input {} should be a constant of type {}", i, to_string(type));
  if (from.data.size() > kMaxConstantBytes)
    fail(node, "input {} has {} bytes, more than a tokenizer's constants have", i,
         from.data.size());
  return from;
}

std::string GraphReader::text(const ir::Node& node, size_t i) const {
  const ir::Node& from = constant(node, i, ElementType::u8);
  const std::vector<char> bytes = values_of<char>(from.data, count_of(from));
  return {bytes.begin(), bytes.end()};
}

std::vector<int32_t> GraphReader::i32s(const ir::Node& node, size_t i) const {
  const ir::Node& from = constant(node, i, ElementType::i32);
  return values_of<int32_t>(from.data, count_of(from));
}

int64_t GraphReader::integer(const ir::Node& node, size_t i) const {
  const bool wide = input(node, i).outputs[0].type == ElementType::i64;
  const ir::Node& from = constant(node, i, wide ? ElementType::i64 : ElementType::i32);
  if (count_of(from) != 1) fail(node, "input {} should be one number", i);
  return wide ? values_of<int64_t>(from.data, 1)[0] : values_of<int32_t>(from.data, 1)[0];
}

std::vector<float> GraphReader::floats(const ir::Node& node, size_t i) const {
  const ir::Node& from = constant(node, i, ElementType::f32);
  return values_of<float>(from.data, count_of(from));
}

std::vector<std::string> GraphReader::list(const ir::Node& node, size_t i) const {
  const std::vector<int32_t> begins = i32s(node, i), ends = i32s(node, i + 1);
  const std::string chars = text(node, i + 2);
  if (begins.size() != ends.size())
    fail(node, "inputs {} and {} have {} and {} elements", i, i + 1, begins.size(), ends.size());
  std::vector<std::string> out;
  size_t total = 0;
  for (size_t k = 0; k < begins.size(); ++k) {
    if (begins[k] < 0 || begins[k] > ends[k] || static_cast<size_t>(ends[k]) > chars.size())
      fail(node, "string {} is [{}, {}) of {} bytes", k, begins[k], ends[k], chars.size());
    out.emplace_back(chars, static_cast<size_t>(begins[k]),
                     static_cast<size_t>(ends[k] - begins[k]));
    total += out.back().size();
    // Strings may overlap, so that few bytes could claim to be many.
    if (total > kMaxConstantBytes) fail(node, "its strings are longer than a tokenizer's");
  }
  return out;
}

Json stage_of(const char* type) {
  Json out = Json::object();
  out["type"] = type;
  return out;
}

}  // namespace hearth::frontends
