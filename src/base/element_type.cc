#include "hearth/element_type.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"

namespace hearth {
namespace {

struct TypeRow {
  std::string_view name;
  size_t bits;
  size_t block_elements;
  size_t block_bytes;
  std::string_view port;
};

constexpr TypeRow kTypes[] = {
#define HEARTH_ELEMENT_TYPE(name, bits, block, bytes, port) {#name, bits, block, bytes, port},
#include "hearth/element_types.inc"
#undef HEARTH_ELEMENT_TYPE
};

const TypeRow& row(ElementType type) { return kTypes[static_cast<size_t>(type)]; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

}  // namespace

std::string_view to_string(ElementType type) { return row(type).name; }
std::string_view port_precision(ElementType type) { return row(type).port; }

std::optional<ElementType> parse_element_type(std::string_view name) {
  if (equal_ignoring_case(name, "undefined")) return ElementType::dynamic;
  for (size_t i = 0; i < std::size(kTypes); ++i) {
    if (equal_ignoring_case(name, kTypes[i].name) || equal_ignoring_case(name, kTypes[i].port))
      return static_cast<ElementType>(i);
  }
  return std::nullopt;
}

size_t bits_of(ElementType type) { return row(type).bits; }
size_t block_elements(ElementType type) { return row(type).block_elements; }
size_t block_bytes(ElementType type) { return row(type).block_bytes; }

bool is_float(ElementType type) {
  switch (type) {
    case ElementType::f16:
    case ElementType::bf16:
    case ElementType::f32:
    case ElementType::f64:
    case ElementType::nf4:
    case ElementType::f4e2m1:
    case ElementType::f8e4m3:
    case ElementType::f8e5m2:
    case ElementType::f8e8m0:
      return true;
    default:
      return false;
  }
}

bool is_integer(ElementType type) {
  const char first = row(type).name.front();
  return type != ElementType::dynamic && !is_float(type) && (first == 'i' || first == 'u');
}

bool is_packed(ElementType type) { return row(type).bits > 0 && row(type).bits < 8; }
bool is_gguf_block(ElementType type) { return row(type).block_bytes > 0; }

size_t byte_size(ElementType type, size_t count) {
  const TypeRow& r = row(type);
  size_t product = 0;
  if (r.block_bytes > 0) {
    if (count % r.block_elements != 0)
      bad_input("{} elements of type {} do not fill whole blocks of {}", count, r.name,
                r.block_elements);
    if (__builtin_mul_overflow(count / r.block_elements, r.block_bytes, &product))
      bad_input("a tensor of {} elements of type {} is too large", count, r.name);
    return product;
  }
  if (r.bits == 0) bad_input("elements of type {} have no fixed size", r.name);
  if (__builtin_mul_overflow(count, r.bits, &product) ||
      __builtin_add_overflow(product, size_t{7}, &product))
    bad_input("a tensor of {} elements of type {} is too large", count, r.name);
  return product / 8;
}

}  // namespace hearth
