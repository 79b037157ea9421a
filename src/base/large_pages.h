// What processors map as one: 4 KB, or 2 MB where the kernel gives such pages.
#pragma once

#include <sys/mman.h>

#include <cstddef>

namespace hearth {

inline constexpr size_t kSmallPage = size_t{4} << 10;
inline constexpr size_t kLargePage = size_t{2} << 20;

/// Asks for large pages; false where the kernel has none.
inline bool use_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] size_t bytes) {
#if defined(MADV_HUGEPAGE)
  return ::madvise(memory, bytes, MADV_HUGEPAGE) == 0;
#else
  return false;
#endif
}

}  // namespace hearth
