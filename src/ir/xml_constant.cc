#include "ir/xml_constant.h"

#include <charconv>
#include <cstring>

namespace hearth::ir {
namespace {

uint64_t byte_count(const XmlLayer& layer, const char* attribute) {
  const std::string_view text = layer.xml.child("data").attribute(attribute).value();
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    layer.fail("its {} `{}` is not a number of bytes", attribute, text);
  return value;
}

// Strings are packed as int32 count, count + 1 int32 offsets, characters; offsets count from the
// first character.
void check_strings(const XmlLayer& layer, const Bytes& bytes, size_t strings) {
  const auto word = [&](size_t i) {
    int32_t value = 0;
    std::memcpy(&value, bytes.data() + i * sizeof(value), sizeof(value));
    return value;
  };
  const size_t words = bytes.size() / sizeof(int32_t);
  if (words < 2 || strings > words - 2 || word(0) < 0 || static_cast<size_t>(word(0)) != strings)
    layer.fail("{} bytes do not hold its {} strings", bytes.size(), strings);
  const size_t characters = bytes.size() - (strings + 2) * sizeof(int32_t);
  int32_t previous = 0;
  for (size_t i = 1; i <= strings + 1; ++i) {
    const int32_t offset = word(i);
    if (offset < previous || (i == 1 && offset != 0) || static_cast<size_t>(offset) > characters)
      layer.fail("the offset {} of its string {} is out of order or outside of its bytes", offset,
                 i - 1);
    previous = offset;
  }
}

}  // namespace

Bytes constant_bytes(const XmlLayer& layer, ElementType type, const PartialShape& shape,
                     const XmlWeights& weights) {
  if (!shape.is_static())
    layer.fail("the shape [{}] of a constant cannot be dynamic", shape.to_string());
  const uint64_t offset = byte_count(layer, "offset"), size = byte_count(layer, "size");
  size_t elements = 0, needed = size;
  try {
    elements = shape_size(shape.to_shape());
    if (type != ElementType::string) needed = byte_size(type, elements);
  } catch (const Exception& e) {
    layer.fail("{}", e.what());
  }
  if (needed > size)
    layer.fail("{}[{}] takes {} bytes, but it has {}", to_string(type), shape.to_string(), needed,
               size);
  if (needed == 0) return {};
  if (weights.missing) layer.fail("its weights are in {}, which is missing", weights.name);
  const size_t there = weights.bytes.size();
  if (offset > there || size > there - offset)
    layer.fail(
        "its {} bytes at {} reach past the end of {}, which has {}; that file is cut short "
        "or of another model",
        size, offset, weights.name, there);
  Bytes bytes({weights.bytes.data() + offset, needed}, weights.bytes.owner());
  if (type == ElementType::string) check_strings(layer, bytes, elements);
  return bytes;
}

}  // namespace hearth::ir
