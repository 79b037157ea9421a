// Little-endian values read one after the other from untrusted memory. Every read checks what is
// left first, so a count or a length can be refused before anything is allocated for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace hearth::formats {

class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string source)
      : bytes_(bytes), source_(std::move(source)) {}

  size_t position() const { return position_; }
  size_t left() const { return bytes_.size() - position_; }
  const std::string& source() const { return source_; }

  /// `what` is named when the file ends too early.
  template <typename T>
  T read(std::string_view what) {
    T value;
    std::memcpy(&value, take(sizeof(T), what).data(), sizeof(T));
    return value;
  }
  std::span<const std::byte> take(uint64_t count, std::string_view what) {
    if (count > left())
      bad_input(
          "{}: ends in the middle of {} ({} bytes wanted at byte {}, {} left); it is cut "
          "short or damaged, download it again",
          source_, what, count, position_, left());
    const auto piece = bytes_.subspan(position_, static_cast<size_t>(count));
    position_ += piece.size();
    return piece;
  }
  /// A count of things of which each takes at least `item_bytes` of what is left.
  uint64_t read_count(size_t item_bytes, std::string_view what) {
    const auto count = read<uint64_t>(what);
    if (count > left() / item_bytes)
      bad_input(
          "{}: claims {} {}, which cannot fit into the {} bytes that are left; it is cut "
          "short or damaged",
          source_, count, what, left());
    return count;
  }
  /// A string with a 64-bit length before it.
  std::string_view read_text(std::string_view what) {
    const auto length = read<uint64_t>(what);
    const auto bytes = take(length, what);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  std::span<const std::byte> bytes_;
  std::string source_;
  size_t position_ = 0;
};

}  // namespace hearth::formats
