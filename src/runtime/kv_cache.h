// The key-value cache: blocks of kernels::kBlockTokens tokens, each holding its tokens' keys and
// values of all layers, shared between sequences by reference count and copied when one of them
// writes. A sequence is a table of blocks; beams, forks, prefixes and chat history are operations
// on such tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/block_memory.h"
#include "kernels/attention/attention.h"

namespace hearth::runtime {

class KvBlocks {
 public:
  explicit KvBlocks(std::vector<kernels::KvLayout> layers);

  const std::vector<kernels::KvLayout>& layers() const { return layers_; }
  size_t block_bytes() const { return block_bytes_; }
  /// Bytes from the start of a block to the part of this layer.
  size_t layer_offset(size_t layer) const { return offsets_[layer]; }

  /// A block with one reference; contents are zero or those of an earlier use. Blocks do not move.
  /// Throws failed when there is no memory.
  int32_t acquire();
  void share(int32_t block);
  void release(int32_t block);
  bool is_shared(int32_t block) const;
  /// Takes a lock: sequences ask once for each of their blocks.
  std::byte* data(int32_t block) const;

  /// Blocks that are referenced, and bytes of memory taken for blocks in all.
  size_t blocks_in_use() const;
  size_t bytes_held() const;

 private:
  std::vector<kernels::KvLayout> layers_;
  std::vector<size_t> offsets_;
  size_t block_bytes_ = 0;
  mutable std::mutex mutex_;
  BlockMemory memory_;
  std::vector<std::byte*> data_;  // by block
  std::vector<int32_t> references_;
  std::vector<int32_t> free_;
};

/// The cached tokens of one sequence. Copying shares the blocks.
class KvSequence {
 public:
  explicit KvSequence(std::shared_ptr<KvBlocks> blocks) : blocks_(std::move(blocks)) {}
  ~KvSequence() { clear(); }
  KvSequence(const KvSequence& other);
  KvSequence& operator=(const KvSequence& other);
  KvSequence(KvSequence&& other) noexcept;
  KvSequence& operator=(KvSequence&& other) noexcept;

  int64_t tokens() const { return tokens_; }
  const std::vector<int32_t>& table() const { return table_; }
  /// Where the blocks of the table start.
  const std::vector<std::byte*>& data() const { return data_; }
  const std::shared_ptr<KvBlocks>& blocks() const { return blocks_; }

  /// Makes room for `count` more tokens: adds blocks, and takes a copy of the last one when it is
  /// shared.
  void reserve(int64_t count);
  /// Counts `count` tokens as written; they must have been reserved.
  void advance(int64_t count);
  /// Forgets all tokens from `tokens` on.
  void truncate(int64_t tokens);
  void clear() { truncate(0); }

 private:
  std::shared_ptr<KvBlocks> blocks_;
  std::vector<int32_t> table_;
  std::vector<std::byte*> data_;  // of the blocks of table_
  int64_t tokens_ = 0;
};

}  // namespace hearth::runtime
