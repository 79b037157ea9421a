#include "kernels/bandwidth.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <vector>

#include "base/cpu.h"
#include "base/error.h"
#include "base/large_pages.h"
#include "kernels/bandwidth_loop.h"

namespace hearth::kernels {
namespace {

constexpr size_t kBytes = size_t{512} << 20;
constexpr auto kWords = static_cast<int64_t>(kBytes / sizeof(uint64_t));
constexpr int64_t kPage = kSmallPage / sizeof(uint64_t);
constexpr int kSweeps = 9;

// In large pages where the kernel has them, as weights are where the file system does: these are
// read some 3 percent faster.
class Buffer {
 public:
  Buffer() {
    data_ = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED)
      failed("measuring the read bandwidth needs {} MB of memory{}", kBytes >> 20, errno_text());
    use_large_pages(data_, kBytes);
  }
  ~Buffer() { ::munmap(data_, kBytes); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  uint64_t* words() const { return static_cast<uint64_t*>(data_); }

 private:
  void* data_;
};

using Sum = uint64_t (*)(const uint64_t* words, int64_t begin, int64_t end);

double median_gb_s(const Buffer& buffer, Sum sum_words, ThreadPool& pool, int threads) {
  std::atomic<uint64_t> sink = 0;  // keeps the sums from being dropped as unused
  std::vector<double> rates;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    const auto start = std::chrono::steady_clock::now();
    pool.run(threads, [&](int part) {
      const Range mine = share(kWords, part, threads, kPage);
      sink.fetch_add(sum_words(buffer.words(), mine.begin, mine.end), std::memory_order_relaxed);
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    rates.push_back(static_cast<double>(kBytes) / seconds.count() / 1e9);
  }
  std::nth_element(rates.begin(), rates.begin() + kSweeps / 2, rates.end());
  return rates[kSweeps / 2];
}

}  // namespace

#if defined(__x86_64__)
uint64_t sum_words_avx2(const uint64_t* words, int64_t begin, int64_t end);
uint64_t sum_words_avx512(const uint64_t* words, int64_t begin, int64_t end);
#endif

double measure_read_bandwidth_gb_s(ThreadPool& pool, int threads) {
  const Buffer buffer;
  pool.run(threads, [&](int part) {  // written, or every page would be the same page of zeros
    const Range mine = share(kWords, part, threads, kPage);
    for (int64_t i = mine.begin; i < mine.end; ++i)
      buffer.words()[i] = static_cast<uint64_t>(i) * 0x9e3779b97f4a7c15u;
  });
  // The widest vectors need not be the fastest.
  double best = median_gb_s(buffer, sum_streams, pool, threads);
#if defined(__x86_64__)
  if (has_isa(Isa::avx2)) best = std::max(best, median_gb_s(buffer, sum_words_avx2, pool, threads));
  if (has_isa(Isa::avx512))
    best = std::max(best, median_gb_s(buffer, sum_words_avx512, pool, threads));
#endif
  return best;
}

}  // namespace hearth::kernels
