#include "text/padding.h"

#include <algorithm>

#include "base/error.h"

namespace hearth::text {
namespace {

// Far above any model's context: a file must not be able to ask for all memory.
constexpr size_t kMaxPaddedLength = size_t{1} << 24;

template <typename T>
void fill(std::vector<T>& column, size_t count, T value, Side direction) {
  column.insert(direction == Side::left ? column.begin() : column.end(), count, value);
}

}  // namespace

Padding read_padding(const StageConfig& json) {
  static constexpr std::string_view kDirections[] = {"Right", "Left"};
  constexpr auto kMax = static_cast<int64_t>(kMaxPaddedLength);
  Padding out;
  if (json.is_object("strategy")) {
    out.length = static_cast<size_t>(json.object("strategy").integer("Fixed", 0, kMax));
  } else {
    static constexpr std::string_view kStrategies[] = {"BatchLongest"};
    json.choice("strategy", kStrategies);
  }
  out.direction = static_cast<Side>(json.choice("direction", kDirections));
  if (json.has("pad_to_multiple_of"))
    out.multiple = static_cast<size_t>(json.integer("pad_to_multiple_of", 0, kMax));
  out.pad_id = json.integer("pad_id", 0, UINT32_MAX);
  out.pad_type_id = json.integer("pad_type_id", 0, UINT32_MAX);
  return out;
}

void pad(std::span<Encoding> batch, const Padding& padding) {
  size_t length = padding.length.value_or(0);
  if (!padding.length)
    for (const Encoding& e : batch) length = std::max(length, e.ids.size());
  if (padding.multiple > 0 && length % padding.multiple > 0)
    length += padding.multiple - length % padding.multiple;
  for (Encoding& e : batch) {
    if (e.ids.size() >= length) continue;
    if (length > kMaxPaddedLength)
      bad_input("padding to {} tokens is more than the {} that are possible", length,
                kMaxPaddedLength);
    const size_t count = length - e.ids.size();
    if (e.offsets) fill(*e.offsets, count, Offset{0, 0}, padding.direction);
    fill(e.ids, count, padding.pad_id, padding.direction);
    fill(e.type_ids, count, padding.pad_type_id, padding.direction);
    fill(e.attention_mask, count, uint8_t{0}, padding.direction);
    fill(e.special_tokens_mask, count, uint8_t{1}, padding.direction);
    fill(e.sequence_ids, count, int8_t{-1}, padding.direction);
  }
}

}  // namespace hearth::text
