// The bytes of a constant: either memory that exists (mapped or owned) or a recipe that produces
// them piece by piece. Recipes let export convert tensors of any size in constant memory.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace hearth {

/// Receives consecutive pieces of a byte stream.
using ByteSink = std::function<void(std::span<const std::byte>)>;

class Bytes {
 public:
  Bytes() = default;
  /// Memory kept alive by `owner`.
  Bytes(std::span<const std::byte> memory, std::shared_ptr<const void> owner)
      : data_(memory.data()), size_(memory.size()), owner_(std::move(owner)) {}
  /// A recipe: `produce` hands exactly `size` bytes to the sink, in order, each time it is called.
  Bytes(size_t size, std::function<void(const ByteSink&)> produce)
      : size_(size),
        produce_(std::make_shared<std::function<void(const ByteSink&)>>(std::move(produce))) {}
  /// Takes a copy of the bytes.
  static Bytes copy_of(std::span<const std::byte> memory);

  size_t size() const { return size_; }
  bool in_memory() const { return produce_ == nullptr; }
  /// The memory; only when in_memory().
  const std::byte* data() const;
  const std::shared_ptr<const void>& owner() const { return owner_; }

  /// Hands all bytes to `sink`, in pieces of at most a few megabytes when they come from a recipe.
  void stream(const ByteSink& sink) const;
  /// The same bytes, in memory.
  Bytes materialized() const;

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
  std::shared_ptr<const void> owner_;
  std::shared_ptr<const std::function<void(const ByteSink&)>> produce_;
};

}  // namespace hearth
