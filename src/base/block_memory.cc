#include "base/block_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

#include "base/large_pages.h"

namespace hearth {
namespace {

// A large page is taken whole when its first byte is written. So the first blocks lie in small
// ones, and what is taken and not used is at most a quarter of what is.
constexpr size_t kLargePagesFrom = 4 * kLargePage;
// Of addresses, not of memory, which comes page by page as it is written to: so that of the last
// page of a slab, which its blocks do not fill, there are few.
constexpr size_t kLargeSlab = size_t{256} << 20;

size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

}  // namespace

BlockMemory::BlockMemory(size_t block_bytes)
    : block_bytes_(round_up(std::max<size_t>(block_bytes, 1), kAlignment)) {}

BlockMemory::~BlockMemory() {
  for (const Slab& slab : slabs_) ::munmap(slab.mapped, slab.mapped_bytes);
}

std::byte* BlockMemory::next() {
  if ((slabs_.empty() || slabs_.back().used == slabs_.back().blocks) && !add_slab()) return nullptr;
  Slab& slab = slabs_.back();
  return slab.start + slab.used++ * block_bytes_;
}

size_t BlockMemory::bytes_held() const {
  size_t bytes = 0;
  for (const Slab& slab : slabs_) bytes += round_up(slab.used * block_bytes_, slab.page_bytes);
  return bytes;
}

bool BlockMemory::add_slab() {
  const bool large = bytes_held() + block_bytes_ > kLargePagesFrom;
  const size_t bytes = large ? kLargeSlab : kLargePagesFrom;
  // Where even addresses are counted, fewer may be left.
  for (size_t blocks = std::max<size_t>(1, bytes / block_bytes_); blocks > 0; blocks /= 2)
    if (map_slab(blocks, large)) return true;
  return false;
}

bool BlockMemory::map_slab(size_t blocks, bool large) {
  const size_t page = large ? kLargePage : kSmallPage;
  // Vectors may be read past the end of the last block, and a large page may begin after the map.
  const size_t bytes = round_up(blocks * block_bytes_ + kAlignment, page);
  const size_t mapped_bytes = bytes + (large ? kLargePage : 0);
  void* memory = ::mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  auto* start = static_cast<std::byte*>(memory);
  Slab slab{start, mapped_bytes, start, blocks, 0, page};
  if (large) {
    const auto address = reinterpret_cast<uintptr_t>(memory);
    slab.start += round_up(address, kLargePage) - address;
    if (!use_large_pages(slab.start, bytes)) slab.page_bytes = kSmallPage;
  }
  slabs_.push_back(slab);
  return true;
}

}  // namespace hearth
