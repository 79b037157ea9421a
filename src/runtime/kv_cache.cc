#include "runtime/kv_cache.h"

#include <cstring>
#include <utility>

#include "base/error.h"

namespace hearth::runtime {

using kernels::kBlockTokens;

namespace {

size_t rounded(size_t bytes) {
  return (bytes + BlockMemory::kAlignment - 1) / BlockMemory::kAlignment * BlockMemory::kAlignment;
}

// Sets where each layer's part of a block begins; returns the size of a block.
size_t place_layers(const std::vector<kernels::KvLayout>& layers, std::vector<size_t>& offsets) {
  size_t bytes = 0;
  for (const kernels::KvLayout& layer : layers) {
    offsets.push_back(bytes);
    bytes += rounded(layer.bytes());
  }
  return bytes;
}

}  // namespace

KvBlocks::KvBlocks(std::vector<kernels::KvLayout> layers)
    : layers_(std::move(layers)),
      block_bytes_(place_layers(layers_, offsets_)),
      memory_(block_bytes_) {}

int32_t KvBlocks::acquire() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    // All zeros: kernels read whole blocks, and cells past the end must hold numbers, not leftovers
    // that may be NaN.
    std::byte* block = memory_.next();
    if (block == nullptr)
      failed(
          "out of memory: no room for another {} bytes of key-value cache ({} blocks are in use)",
          block_bytes_, data_.size());
    data_.push_back(block);
    references_.push_back(0);
    free_.push_back(static_cast<int32_t>(data_.size()) - 1);
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
  return data_[static_cast<size_t>(block)];
}

size_t KvBlocks::blocks_in_use() const {
  const std::lock_guard lock(mutex_);
  return data_.size() - free_.size();
}

size_t KvBlocks::bytes_held() const {
  const std::lock_guard lock(mutex_);
  return memory_.bytes_held();
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
