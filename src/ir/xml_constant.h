// The bytes of a Const layer: where they lie in the weights, and that there are enough of them.
#pragma once

#include <string>

#include "base/bytes.h"
#include "hearth/element_type.hpp"
#include "hearth/shape.hpp"
#include "ir/xml_layers.h"

namespace hearth::ir {

struct XmlWeights {
  Bytes bytes;
  std::string name;  ///< for messages
  bool missing = false;
};

/// A view of exactly the constant's bytes. Throws bad_input naming layer and weights.
Bytes constant_bytes(const XmlLayer& layer, ElementType type, const PartialShape& shape,
                     const XmlWeights& weights);

}  // namespace hearth::ir
