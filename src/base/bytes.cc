#include "base/bytes.h"

#include <cstring>
#include <vector>

#include "base/error.h"

namespace hearth {

Bytes Bytes::copy_of(std::span<const std::byte> memory) {
  auto owned = std::make_shared<std::vector<std::byte>>(memory.begin(), memory.end());
  const std::span<const std::byte> view(*owned);
  return {view, std::move(owned)};
}

const std::byte* Bytes::data() const {
  HEARTH_ASSERT(in_memory(), "bytes that are still a recipe were read");
  return data_;
}

void Bytes::stream(const ByteSink& sink) const {
  if (in_memory()) {
    sink({data_, size_});
    return;
  }
  size_t produced = 0;
  (*produce_)([&](std::span<const std::byte> piece) {
    produced += piece.size();
    sink(piece);
  });
  HEARTH_ASSERT(produced == size_, "a recipe produced another number of bytes than it promised");
}

Bytes Bytes::materialized() const {
  if (in_memory()) return *this;
  auto owned = std::make_shared<std::vector<std::byte>>();
  owned->reserve(size_);
  stream([&](std::span<const std::byte> piece) {
    owned->insert(owned->end(), piece.begin(), piece.end());
  });
  const std::span<const std::byte> view(*owned);
  return {view, std::move(owned)};
}

}  // namespace hearth
