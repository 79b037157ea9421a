#include "kernels/bandwidth.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace hearth::kernels {
namespace {

constexpr size_t kBytes = size_t{512} << 20;
constexpr int kSweeps = 9;

// Anonymous memory with 4 KB pages, as weights mapped from a file have.
class Buffer {
 public:
  Buffer() {
    data_ = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED)
      failed("measuring the read bandwidth needs {} MB of memory{}", kBytes >> 20, errno_text());
    ::madvise(data_, kBytes, MADV_NOHUGEPAGE);
  }
  ~Buffer() { ::munmap(data_, kBytes); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  uint64_t* words() const { return static_cast<uint64_t*>(data_); }

 private:
  void* data_;
};

using Line = uint64_t __attribute__((vector_size(64)));

// Words [begin, end) as eight streams side by side: one stream alone gets three quarters of what
// kernels reach, since a core's prefetchers follow several at once.
uint64_t sum_words(const uint64_t* words, int64_t begin, int64_t end) {
  constexpr int64_t kStreams = 8, kLine = 8;
  const int64_t length = (end - begin) / kStreams / kLine * kLine;
  Line sums = {};
  for (int64_t i = 0; i < length; i += kLine) {
    for (int64_t stream = 0; stream < kStreams; ++stream) {
      Line line;
      std::memcpy(&line, words + begin + stream * length + i, sizeof(line));
      sums += line;
    }
  }
  uint64_t sum = 0;
  for (int64_t j = 0; j < kLine; ++j) sum += sums[j];
  return sum;
}

}  // namespace

double measure_read_bandwidth_gb_s(ThreadPool& pool, int threads) {
  const Buffer buffer;
  constexpr auto kWords = static_cast<int64_t>(kBytes / sizeof(uint64_t));
  constexpr int64_t kPage = 4096 / sizeof(uint64_t);
  std::atomic<uint64_t> sink = 0;    // keeps the sums from being dropped as unused
  pool.run(threads, [&](int part) {  // written, or every page would be the same page of zeros
    const Range mine = share(kWords, part, threads, kPage);
    for (int64_t i = mine.begin; i < mine.end; ++i)
      buffer.words()[i] = static_cast<uint64_t>(i) * 0x9e3779b97f4a7c15u;
  });
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

}  // namespace hearth::kernels
