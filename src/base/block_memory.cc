#include "base/block_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

namespace hearth {
namespace {

constexpr size_t kSmallPage = size_t{4} << 10;
constexpr size_t kLargePage = size_t{2} << 20;
// A large page is taken whole when its first byte is written. So the first blocks lie in small
// ones, and what is taken and not used is at most a quarter of what is.
constexpr size_t kLargePagesFrom = 4 * kLargePage;
constexpr size_t kLargestSlab = size_t{1} << 30;

size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

// Asks for large pages; false where the kernel has none.
bool use_large_pages([[maybe_unused]] std::byte* memory, [[maybe_unused]] size_t bytes) {
#if defined(MADV_HUGEPAGE)
  return ::madvise(memory, bytes, MADV_HUGEPAGE) == 0;
#else
  return false;
#endif
}

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

// As large as all before it: what is left at the ends of slabs is then little of the whole. It
// costs addresses, not memory, which comes page by page as it is written to.
bool BlockMemory::add_slab() {
  size_t before = 0;
  for (const Slab& slab : slabs_) before += slab.blocks * block_bytes_;
  const bool large = before >= kLargePagesFrom;
  Slab slab;
  slab.blocks =
      std::max<size_t>(1, std::clamp(before, kLargePagesFrom, kLargestSlab) / block_bytes_);
  slab.page_bytes = large ? kLargePage : kSmallPage;
  // Vectors may be read past the end of the last block, and a large page may begin after the map.
  const size_t bytes = round_up(slab.blocks * block_bytes_ + kAlignment, slab.page_bytes);
  slab.mapped_bytes = bytes + (large ? kLargePage : 0);
  void* memory = ::mmap(nullptr, slab.mapped_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  slab.mapped = slab.start = static_cast<std::byte*>(memory);
  if (large) {
    const auto address = reinterpret_cast<uintptr_t>(memory);
    slab.start += round_up(address, kLargePage) - address;
    if (!use_large_pages(slab.start, bytes)) slab.page_bytes = kSmallPage;
  }
  slabs_.push_back(slab);
  return true;
}

}  // namespace hearth
