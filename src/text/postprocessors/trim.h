// Marks the texts of a layout whose offsets are trimmed.
#pragma once

#include "text/layout.h"

namespace hearth::text {

inline void trim_offsets(Layout& layout, bool keeps_prefix) {
  for (PartGroup& group : layout.groups)
    for (Part& part : group)
      if (part.text != Part::kSpecial)
        part.trims.push_back({keeps_prefix, &part == &group.front()});
}

}  // namespace hearth::text
