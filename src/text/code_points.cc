#include "text/code_points.h"

#include "text/characters.h"

namespace hearth::text {

CodePoints::CodePoints(std::string_view text) : size_(text.size()), ascii_(is_ascii(text)) {
  if (ascii_) return;
  index_.reserve(text.size());
  uint32_t character = 0;
  for (size_t at = 0; at < text.size(); ++character) {
    const uint32_t bytes = utf8_length(text[at]);
    index_.insert(index_.end(), bytes, character);
    at += bytes;
  }
}

Offset CodePoints::of_bytes(Offset bytes) const {
  if (bytes.begin >= size_) return bytes;
  const size_t begin = at(bytes.begin);
  if (bytes.end < size_) return {begin, at(bytes.end)};
  return {begin, (bytes.end - 1 < size_ ? at(bytes.end - 1) : begin + 1) + 1};
}

}  // namespace hearth::text
