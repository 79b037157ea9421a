// The JSON header of a safetensors file, read as a stream of events: a header may list a hundred
// thousand tensors, and a document tree would hide duplicate names. Only the form is checked here;
// safetensors.cc compares what the header says with the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::formats {

struct SafetensorsEntry {
  std::string name;
  std::string dtype;
  std::vector<uint64_t> shape;
  std::vector<uint64_t> offsets;  ///< begin and end, from the start of the data
};

/// In the order of the file. Throws bad_input naming `source` and the tensor.
std::vector<SafetensorsEntry> parse_safetensors_header(std::string_view json,
                                                       const std::string& source);

}  // namespace hearth::formats
