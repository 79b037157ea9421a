// Constants to a .bin, one after the other: each starts at a multiple of 64 bytes, equal small ones
// and the same memory are written once, and nothing of a large one is held.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "base/bytes.h"
#include "base/staged_output.h"
#include "hearth/progress.hpp"

namespace hearth::ir {

class ConstantWriter {
 public:
  struct Place {
    uint64_t offset, size;
  };

  /// `total_bytes` of all constants is what progress is measured by; `progress` may be null.
  ConstantWriter(FileWriter& file, uint64_t total_bytes, Progress* progress)
      : file_(file), total_bytes_(total_bytes), progress_(progress) {}

  /// `bytes` must stay as they are while this writer lives. Throws interrupted when the user asks.
  Place write(const Bytes& bytes);

 private:
  Place append(const Bytes& bytes);
  void append_piece(std::span<const std::byte> piece);

  struct Small {
    const std::byte* data;
    Place place;
  };

  FileWriter& file_;
  uint64_t total_bytes_;
  uint64_t done_bytes_ = 0;
  Progress* progress_;
  std::unordered_multimap<size_t, Small> small_;  // by hash of the content
  std::map<std::pair<const std::byte*, size_t>, Place> large_;
};

}  // namespace hearth::ir
