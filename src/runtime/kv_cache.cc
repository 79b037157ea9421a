#include "runtime/kv_cache.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace hearth::runtime {

using kernels::kBlockTokens;

namespace {

constexpr size_t kAlignment = 64;

size_t rounded(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

KvBlocks::KvBlocks(std::vector<kernels::KvLayout> layers) : layers_(std::move(layers)) {
  for (const kernels::KvLayout& layer : layers_) {
    offsets_.push_back(block_bytes_);
    block_bytes_ += rounded(layer.bytes());
  }
}

KvBlocks::~KvBlocks() {
  for (std::byte* block : memory_) std::free(block);
}

int32_t KvBlocks::acquire() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    auto* block =
        static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded(block_bytes_ + 1)));
    if (block == nullptr)
      failed(
          "out of memory: no room for another {} bytes of key-value cache ({} blocks are in use)",
          block_bytes_, memory_.size());
    // Kernels read whole blocks; cells past the end must hold numbers, not leftovers that may be
    // NaN.
    std::memset(block, 0, rounded(block_bytes_ + 1));
    memory_.push_back(block);
    references_.push_back(0);
    free_.push_back(static_cast<int32_t>(memory_.size()) - 1);
  }
  const int32_t block = free_.back();
  free_.pop_back();
  references_[static_cast<size_t>(block)] = 1;
  return block;
}

void KvBlocks::share(int32_t block) {
  const std::lock_guard lock(mutex_);
  ++references_[static_cast<size_t>(block)];
}

void KvBlocks::release(int32_t block) {
  const std::lock_guard lock(mutex_);
  if (--references_[static_cast<size_t>(block)] == 0) free_.push_back(block);
}

bool KvBlocks::is_shared(int32_t block) const {
  const std::lock_guard lock(mutex_);
  return references_[static_cast<size_t>(block)] > 1;
}

std::byte* KvBlocks::data(int32_t block) const {
  const std::lock_guard lock(mutex_);
  return memory_[static_cast<size_t>(block)];
}

size_t KvBlocks::blocks_in_use() const {
  const std::lock_guard lock(mutex_);
  return memory_.size() - free_.size();
}

size_t KvBlocks::bytes_held() const {
  const std::lock_guard lock(mutex_);
  return memory_.size() * block_bytes_;
}

KvSequence::KvSequence(const KvSequence& other)
    : blocks_(other.blocks_), table_(other.table_), data_(other.data_), tokens_(other.tokens_) {
  for (int32_t block : table_) blocks_->share(block);
}

KvSequence& KvSequence::operator=(const KvSequence& other) {
  if (this != &other) *this = KvSequence(other);
  return *this;
}

// What is moved from stays a sequence of the same cache, an empty one.
KvSequence::KvSequence(KvSequence&& other) noexcept : KvSequence(other.blocks_) {
  table_.swap(other.table_);
  data_.swap(other.data_);
  std::swap(tokens_, other.tokens_);
}

KvSequence& KvSequence::operator=(KvSequence&& other) noexcept {
  if (this == &other) return *this;
  clear();
  blocks_ = other.blocks_;
  table_ = std::exchange(other.table_, {});
  data_ = std::exchange(other.data_, {});
  tokens_ = std::exchange(other.tokens_, 0);
  return *this;
}

void KvSequence::reserve(int64_t count) {
  if (count <= 0) return;
  // Writing starts in the block of token `tokens_`; that one must be ours alone.
  const auto first = static_cast<size_t>(tokens_ / kBlockTokens);
  if (first < table_.size() && blocks_->is_shared(table_[first])) {
    const int32_t own = blocks_->acquire();
    std::byte* data = blocks_->data(own);
    std::memcpy(data, data_[first], blocks_->block_bytes());
    blocks_->release(table_[first]);
    table_[first] = own;
    data_[first] = data;
  }
  const auto needed = static_cast<size_t>((tokens_ + count + kBlockTokens - 1) / kBlockTokens);
  while (table_.size() < needed) {
    table_.push_back(blocks_->acquire());
    data_.push_back(blocks_->data(table_.back()));
  }
}

void KvSequence::advance(int64_t count) {
  tokens_ += count;
  HEARTH_ASSERT(tokens_ <= static_cast<int64_t>(table_.size()) * kBlockTokens,
                "more tokens were written than there was room for");
}

void KvSequence::truncate(int64_t tokens) {
  HEARTH_ASSERT(tokens >= 0 && (tokens <= tokens_ || tokens == 0),
                "a sequence was truncated to more tokens than it has");
  const auto needed = static_cast<size_t>((tokens + kBlockTokens - 1) / kBlockTokens);
  while (table_.size() > needed) {
    blocks_->release(table_.back());
    table_.pop_back();
    data_.pop_back();
  }
  tokens_ = tokens;
}

}  // namespace hearth::runtime
