// Splitting pieces at characters of a class.
#pragma once

#include <string_view>

#include "text/characters.h"
#include "text/pieces.h"
#include "text/split_behavior.h"

namespace hearth::text {

/// Each character for which is_match(code point) holds is a match of its own.
template <typename IsMatch>
void split_at_characters(Pieces& pieces, SplitBehavior behavior, IsMatch&& is_match) {
  pieces.split([&](std::string_view text, auto&& emit) {
    Splitter splitter(behavior, emit);
    size_t between = 0;
    for (size_t at = 0; at < text.size();) {
      const size_t begin = at;
      if (!is_match(next_character(text, at))) continue;
      if (between < begin) splitter.add(between, begin, false);
      splitter.add(begin, at, true);
      between = at;
    }
    if (between < text.size()) splitter.add(between, text.size(), false);
    splitter.close();
  });
}

}  // namespace hearth::text
