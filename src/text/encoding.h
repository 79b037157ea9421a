// What a text becomes for a model: ids with masks, types and, when asked for, the place of each
// token in the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

enum class Side { right, left };

enum class TruncationStrategy { longest_first, only_first, only_second };

/// Cuts the ids of the texts, before special tokens are added, so that all together are at most
/// max_length.
struct Truncation {
  size_t max_length;
  TruncationStrategy strategy = TruncationStrategy::longest_first;
  Side direction = Side::right;  ///< the side that is cut off
  size_t stride = 0;             ///< only checked: what was cut off is not returned
};

struct Padding {
  std::optional<size_t> length = std::nullopt;  ///< absent: that of the longest in the batch
  Side direction = Side::right;                 ///< the side that is filled
  size_t multiple = 0;  ///< lengths are rounded up to multiples of it; 0: as they are
  int64_t pad_id = 0;
  int64_t pad_type_id = 0;
};

/// Where a token stands in its text, in code points; (0, 0) for special tokens and padding.
struct Offset {
  size_t begin, end;
  bool operator==(const Offset&) const = default;
};

/// Columns of equal length, one entry a token.
struct Encoding {
  std::vector<int64_t> ids;
  std::vector<int64_t> type_ids;
  std::vector<uint8_t> attention_mask;       ///< 0 for padding
  std::vector<uint8_t> special_tokens_mask;  ///< 1 for tokens that were added, padding included
  std::vector<int8_t> sequence_ids;          ///< 0 the text, 1 its pair, -1 for special tokens
  std::optional<std::vector<Offset>> offsets = std::nullopt;  ///< when asked for
};

/// A text, or a pair of texts that are encoded together. A view.
struct TextInput {
  std::string_view text;
  std::optional<std::string_view> pair = std::nullopt;
};

struct EncodeOptions {
  bool add_special_tokens = true;
  bool offsets = false;
  std::optional<Truncation> truncation = std::nullopt;
  std::optional<Padding> padding = std::nullopt;
};

}  // namespace hearth::text
