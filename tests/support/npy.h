// Reads the .npy files of the goldens: version 1 or 2, little-endian, C order, types f4, f8, i4,
// i8.
#pragma once

#include <filesystem>

#include "hearth/tensor.hpp"

namespace hearth::test_support {

/// Throws bad_input on anything else.
Tensor read_npy(const std::filesystem::path& path);

}  // namespace hearth::test_support
