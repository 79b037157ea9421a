// Finds markers in text that comes in pieces, so that the result does not depend on the pieces.
#pragma once

#include <string_view>
#include <vector>

namespace hearth::text {

struct MarkerHit {
  static constexpr size_t kNone = static_cast<size_t>(-1);
  size_t before;          ///< bytes that belong to no marker
  size_t marker = kNone;  ///< which one follows them; none: the rest waits for more text
};

/// The first place at which a marker stands, the longest of those that do. Unless the text is
/// `final`, nothing is decided from the first place on at which one may still be beginning.
MarkerHit find_marker(std::string_view text, const std::vector<std::string_view>& markers,
                      bool final);

}  // namespace hearth::text
