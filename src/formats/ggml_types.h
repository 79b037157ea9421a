// ggml's numbering of tensor types, and which of them Hearth reads.
#pragma once

#include <cstdint>
#include <string>

#include "hearth/element_type.hpp"

namespace hearth::formats {

/// Throws bad_input naming the file, the tensor and ggml's name of the type.
ElementType element_type_of_ggml(uint32_t ggml_type, const std::string& source,
                                 const std::string& tensor);

}  // namespace hearth::formats
