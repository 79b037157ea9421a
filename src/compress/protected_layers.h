// Layers that never go below 8 bits, whatever the format asked for (protected_layers.inc).
#pragma once

#include <string_view>

namespace hearth::compress {

/// What a layer with a weight of this name is ("a router of experts"), or "" when it may take any
/// format.
std::string_view why_protected(std::string_view tensor);

}  // namespace hearth::compress
