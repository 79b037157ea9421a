// NumPy's .npy files (format 1 to 3, C order, little endian): how `hearth run` takes and gives
// tensors.
#pragma once

#include <hearth/tensor.hpp>
#include <string>

namespace hearth::cli {

/// Throws bad_input naming the file for anything but a plain array of a type that tensors have.
Tensor read_npy(const std::string& path);
/// bf16 is widened to f32, which .npy can hold. Throws failed when the file cannot be written.
void write_npy(const std::string& path, const Tensor& tensor);

}  // namespace hearth::cli
