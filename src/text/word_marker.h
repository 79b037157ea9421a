// U+2581, which SentencePiece writes for a space.
#pragma once

#include <string_view>

namespace hearth::text {

inline constexpr std::string_view kWordMarker = "\xE2\x96\x81";

/// Where the next word begins: at a marker behind anything but a marker; the size of the text when
/// there is none.
inline size_t find_word_start(std::string_view text) {
  for (size_t at = text.find(kWordMarker); at != std::string_view::npos;
       at = text.find(kWordMarker, at + kWordMarker.size()))
    if (at > 0 && !text.substr(0, at).ends_with(kWordMarker)) return at;
  return text.size();
}

}  // namespace hearth::text
