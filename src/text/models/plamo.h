// PLaMo 2's model: the segmentation of the highest sum of scores, where a character that no token
// covers is spelled in bytes at a high price. Scores are rounded to 1/10000, and among equals the
// longest token comes first, from the end of the text on.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/stages.h"

namespace hearth::text {

struct PlamoToken {
  std::string_view text;
  double score;
  bool is_byte;  ///< <0xNN>
};

/// Throws bad_input naming `source` when a byte has no token.
std::unique_ptr<Model> make_plamo(const std::vector<PlamoToken>& tokens, const std::string& source);

}  // namespace hearth::text
