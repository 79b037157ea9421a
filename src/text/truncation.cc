#include "text/truncation.h"

#include <algorithm>

#include "base/error.h"

namespace hearth::text {
namespace {

template <typename T>
void keep(std::vector<T>& column, size_t length, Side direction) {
  if (column.size() <= length) return;
  if (direction == Side::left)
    column.erase(column.begin(), column.end() - static_cast<ptrdiff_t>(length));
  column.resize(length);
}

void cut(TokenizedText& text, size_t length, const Truncation& truncation) {
  if (length >= text.ids.size()) return;
  if (length > 0 && truncation.stride >= length)
    bad_input("a stride of {} is too long for texts that are cut to {} tokens", truncation.stride,
              length);
  keep(text.ids, length, truncation.direction);
  keep(text.offsets, length, truncation.direction);
  keep(text.margins, length, truncation.direction);
}

// The shorter text stays whole while it has at most half of the room.
void cut_longest(TokenizedText& a, TokenizedText& b, size_t room, const Truncation& truncation) {
  const size_t shorter = std::min(a.ids.size(), b.ids.size());
  size_t small = shorter, large = std::max(shorter, room - std::min(shorter, room));
  if (small + large > room) {
    small = room / 2;
    large = small + room % 2;
  }
  const bool a_is_longer = a.ids.size() > b.ids.size();
  cut(a, a_is_longer ? large : small, truncation);
  cut(b, a_is_longer ? small : large, truncation);
}

void cut_only(TokenizedText& text, size_t excess, const Truncation& truncation) {
  if (text.ids.size() <= excess)
    bad_input("the text to truncate has {} tokens, too few to take away the {} that are too many",
              text.ids.size(), excess);
  cut(text, text.ids.size() - excess, truncation);
}

}  // namespace

Truncation read_truncation(const StageConfig& json, size_t special_tokens) {
  static constexpr std::string_view kDirections[] = {"Right", "Left"};
  static constexpr std::string_view kStrategies[] = {"LongestFirst", "OnlyFirst", "OnlySecond"};
  Truncation out{static_cast<size_t>(json.integer("max_length", 0, INT64_MAX))};
  out.stride = static_cast<size_t>(json.integer("stride", 0, INT64_MAX));
  if (out.max_length < special_tokens ||
      (out.stride > 0 && out.stride >= out.max_length - special_tokens))
    bad_input("{} is {}, which leaves no room for text beside {} special tokens and a stride of {}",
              json.name_of("max_length"), out.max_length, special_tokens, out.stride);
  out.strategy = static_cast<TruncationStrategy>(json.choice("strategy", kStrategies));
  if (json.has("direction"))
    out.direction = static_cast<Side>(json.choice("direction", kDirections));
  return out;
}

void truncate(std::span<TokenizedText> texts, const Truncation& truncation, size_t special_tokens) {
  if (truncation.max_length < special_tokens)
    bad_input("a length of {} tokens leaves no room for text beside {} special tokens",
              truncation.max_length, special_tokens);
  const size_t room = truncation.max_length - special_tokens;
  size_t total = 0;
  for (const TokenizedText& text : texts) total += text.ids.size();
  if (total <= room) return;
  if (room == 0) {
    for (TokenizedText& text : texts) cut(text, 0, truncation);
  } else if (truncation.strategy == TruncationStrategy::only_second) {
    if (texts.size() < 2) bad_input("only the second text may be truncated, but there is only one");
    cut_only(texts[1], total - room, truncation);
  } else if (truncation.strategy == TruncationStrategy::only_first) {
    cut_only(texts[0], total - room, truncation);
  } else if (texts.size() == 2) {
    cut_longest(texts[0], texts[1], room, truncation);
  } else {
    cut(texts[0], room, truncation);
  }
}

}  // namespace hearth::text
