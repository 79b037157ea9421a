#include "ir/schema.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace hearth::ir {
namespace {

const std::vector<OpSchema>& schemas() {
  static const std::vector<OpSchema> table = {
#define HEARTH_OP(name) make_##name##_schema(),
#include "ir/ops.inc"
#undef HEARTH_OP
  };
  return table;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool has_kind(const AttrValue& value, AttrKind kind) {
  return value.index() == static_cast<size_t>(kind);
}

}  // namespace

const char* kind_name(AttrKind kind) {
  constexpr const char* kNames[] = {"true or false",      "an integer",      "a number", "a word",
                                    "a list of integers", "an element type", "a shape"};
  return kNames[static_cast<size_t>(kind)];
}

const OpSchema& schema(Op op) { return schemas()[static_cast<size_t>(op)]; }

std::string_view to_string(Op op) { return schema(op).type; }

std::optional<Op> find_op(std::string_view type, std::string_view version, bool* known_type) {
  const std::string wanted = lower(type);
  if (known_type != nullptr) *known_type = false;
  for (size_t i = 0; i < schemas().size(); ++i) {
    const OpSchema& s = schemas()[i];
    if (lower(s.type) != wanted) continue;
    if (known_type != nullptr) *known_type = true;
    if (s.version == version ||
        std::find(s.accepted.begin(), s.accepted.end(), version) != s.accepted.end())
      return static_cast<Op>(i);
  }
  return std::nullopt;
}

void check_attributes(const Node& node, Attributes& attrs) {
  const OpSchema& s = schema(node.op);
  for (const auto& [name, value] : attrs) {
    const bool known =
        std::any_of(s.attributes.begin(), s.attributes.end(),
                    [&, &wanted = name](const AttrSpec& spec) { return spec.name == wanted; });
    if (!known) bad_input("{}: has no attribute `{}`", describe(node), name);
  }
  for (const AttrSpec& spec : s.attributes) {
    const AttrValue* found = attrs.find(spec.name);
    if (found == nullptr) {
      if (!spec.fallback) bad_input("{}: attribute `{}` is missing", describe(node), spec.name);
      attrs.set(spec.name, *spec.fallback);
      continue;
    }
    if (spec.kind == AttrKind::number && has_kind(*found, AttrKind::integer)) {
      attrs.set(spec.name, static_cast<double>(std::get<int64_t>(*found)));
      continue;
    }
    if (!has_kind(*found, spec.kind))
      bad_input("{}: attribute `{}` should be {}", describe(node), spec.name, kind_name(spec.kind));
    if (spec.words.empty()) continue;
    const std::string word = lower(std::get<std::string>(*found));
    if (std::find(spec.words.begin(), spec.words.end(), word) == spec.words.end())
      bad_input("{}: attribute `{}` is `{}`; known are {}", describe(node), spec.name, word,
                fmt::join(spec.words, ", "));
    attrs.set(spec.name, word);
  }
}

Dimension ValueRange::to_dimension() const {
  const int64_t low = std::max<int64_t>(min, 0);
  if (max == std::numeric_limits<int64_t>::max()) return {low, Dimension::kUnbounded};
  return {low, std::max<int64_t>(max, 0)};
}

std::optional<std::vector<int64_t>> Inference::values(size_t i) const {
  const auto known = ranges(i);
  if (!known) return std::nullopt;
  std::vector<int64_t> out;
  for (const ValueRange& r : *known) {
    if (!r.exact()) return std::nullopt;
    out.push_back(r.min);
  }
  return out;
}

size_t Inference::axis(int64_t value, size_t rank) const {
  const auto r = static_cast<int64_t>(rank);
  if (value < -r || value >= r) fail("axis {} is outside of a tensor of rank {}", value, rank);
  return static_cast<size_t>(value < 0 ? value + r : value);
}

void Inference::output(size_t i, ElementType type, PartialShape shape) {
  if (outputs_.size() <= i) outputs_.resize(i + 1);
  outputs_[i].type = type;
  outputs_[i].shape = std::move(shape);
}

void Inference::expect_float(size_t i) const {
  if (type(i) != ElementType::dynamic && !is_float(type(i)))
    fail("input {} should be of a float type, but is {}", i, to_string(type(i)));
}

void Inference::expect_integer(size_t i) const {
  if (type(i) != ElementType::dynamic && !is_integer(type(i)))
    fail("input {} should be of an integer type, but is {}", i, to_string(type(i)));
}

ElementType Inference::same_type(size_t i, size_t j) const {
  if (type(i) == ElementType::dynamic) return type(j);
  if (type(j) != ElementType::dynamic && type(i) != type(j))
    fail("inputs {} and {} should be of one type, but are {} and {}", i, j, to_string(type(i)),
         to_string(type(j)));
  return type(i);
}

void Inference::fail_with(const std::string& what) const {
  bad_input("{}: {}", describe(node_), what);
}

}  // namespace hearth::ir
