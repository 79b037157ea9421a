// The tokens of one text before special tokens are added.
#pragma once

#include <cstdint>
#include <vector>

#include "text/encoding.h"

namespace hearth::text {

/// White space characters at the ends of a token as the vocabulary spells it.
struct TokenMargins {
  uint32_t leading, trailing;
};

struct TokenizedText {
  std::vector<int64_t> ids;
  std::vector<Offset> offsets;        ///< like ids, or empty when not asked for
  std::vector<TokenMargins> margins;  ///< like offsets, or empty when nothing trims offsets
};

}  // namespace hearth::text
