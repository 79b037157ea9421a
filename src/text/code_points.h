// Byte positions of a text as positions in code points.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace hearth::text {

class CodePoints {
 public:
  explicit CodePoints(std::string_view text);
  /// The rules of the Rust package: what does not begin inside of the text stays as it is.
  Offset of_bytes(Offset bytes) const;

 private:
  size_t at(size_t byte) const { return ascii_ ? byte : index_[byte]; }

  size_t size_;
  bool ascii_;
  std::vector<uint32_t> index_;  // by byte; empty for ASCII
};

}  // namespace hearth::text
