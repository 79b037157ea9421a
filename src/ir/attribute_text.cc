#include "ir/attribute_text.h"

#include <fmt/ranges.h>

#include <charconv>
#include <cmath>

#include "base/error.h"

namespace hearth::ir {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr const char* kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

template <typename T>
std::optional<T> number_from(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::vector<int64_t>> integers_from(std::string_view text) {
  std::vector<int64_t> out;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const auto value = number_from<int64_t>(trimmed(text.substr(0, comma)));
    if (!value) return std::nullopt;
    out.push_back(*value);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

std::optional<PartialShape> shape_from(const std::string& text) {
  try {
    return PartialShape::parse(text);
  } catch (const Exception&) {
    return std::nullopt;
  }
}

// GGUF's block types are Hearth's own; no file has them.
std::optional<ElementType> element_type_from(std::string_view text) {
  const auto type = parse_element_type(text);
  return type && is_gguf_block(*type) ? std::nullopt : type;
}

template <typename T>
std::optional<AttrValue> wrap(std::optional<T> value) {
  if (!value) return std::nullopt;
  return AttrValue(std::move(*value));
}

}  // namespace

std::optional<AttrValue> parse_attribute(AttrKind kind, const std::string& text) {
  const std::string_view body = trimmed(text);
  switch (kind) {
    case AttrKind::boolean:
      if (body == "true" || body == "1" || body == "True") return AttrValue(true);
      if (body == "false" || body == "0" || body == "False") return AttrValue(false);
      return std::nullopt;
    case AttrKind::integer:
      return wrap(number_from<int64_t>(body));
    case AttrKind::number: {
      const auto value = number_from<double>(body);
      return value && !std::isnan(*value) ? AttrValue(*value) : std::optional<AttrValue>();
    }
    case AttrKind::text:
      return AttrValue(text);
    case AttrKind::integers:
      return wrap(integers_from(body));
    case AttrKind::element_type:
      return wrap(element_type_from(body));
    case AttrKind::shape:
      return wrap(shape_from(text));
  }
  return std::nullopt;
}

std::string format_attribute(const AttrValue& value) {
  struct Formatter {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return fmt::format("{}", v); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(const std::vector<int64_t>& v) const {
      return fmt::format("{}", fmt::join(v, ", "));
    }
    std::string operator()(ElementType v) const { return std::string(to_string(v)); }
    std::string operator()(const PartialShape& v) const { return v.to_string(); }
  };
  return std::visit(Formatter(), value);
}

}  // namespace hearth::ir
