// Element types of tensors and constants, with the names OpenVINO gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

enum class ElementType : uint8_t {
#define HEARTH_ELEMENT_TYPE(name, bits, block, bytes, port) name,
#include "hearth/element_types.inc"
#undef HEARTH_ELEMENT_TYPE
};

/// `hearth::element::f32` and friends, as in `ov::element`.
namespace element {
using Type = ElementType;
#define HEARTH_ELEMENT_TYPE(name, bits, block, bytes, port) \
  inline constexpr ElementType name = ElementType::name;
#include "hearth/element_types.inc"
#undef HEARTH_ELEMENT_TYPE
}  // namespace element

/// Lower-case name as in the `element_type` attribute of an IR: "f32", "u4", "boolean".
std::string_view to_string(ElementType type);
/// Port precision as in the `precision` attribute of an IR: "FP32", "U4", "BOOL".
std::string_view port_precision(ElementType type);
/// Reads either spelling, any case; `undefined` is `dynamic`. Empty when the name is unknown.
std::optional<ElementType> parse_element_type(std::string_view name);

/// Bits of one element; 0 for dynamic, string and GGUF block types.
size_t bits_of(ElementType type);
/// Elements per block (1 for plain types) and bytes per block (0 for plain types).
size_t block_elements(ElementType type);
size_t block_bytes(ElementType type);

bool is_float(ElementType type);       ///< f16, bf16, f32, f64 and the 4- and 8-bit floats
bool is_integer(ElementType type);     ///< signed and unsigned integers, packed ones included
bool is_packed(ElementType type);      ///< less than 8 bits an element
bool is_gguf_block(ElementType type);  ///< q8_0, q4_0, q4_1, q6_k

/// Bytes that `count` elements take, packed types rounded up to a whole byte. Throws bad_input when
/// the product overflows, when `type` has no fixed size, or when a block type does not divide it.
size_t byte_size(ElementType type, size_t count);

}  // namespace hearth
