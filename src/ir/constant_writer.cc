#include "ir/constant_writer.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/progress.h"

namespace hearth::ir {
namespace {

constexpr size_t kAlignment = 64;     // a cache line, and what AVX-512 loads at once
constexpr size_t kSmallBytes = 4096;  // below, constants are mostly axes and shapes, often equal
constexpr size_t kPieceBytes = 1u << 22;  // how often a large constant asks whether to go on

}  // namespace

ConstantWriter::Place ConstantWriter::write(const Bytes& bytes) {
  if (!bytes.in_memory()) return append(bytes);
  if (bytes.size() > kSmallBytes) {
    const auto [found, is_new] = large_.try_emplace({bytes.data(), bytes.size()});
    if (is_new) found->second = append(bytes);
    return found->second;
  }
  const std::string_view content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t hash = std::hash<std::string_view>()(content);
  const auto [first, last] = small_.equal_range(hash);
  for (auto it = first; it != last; ++it)
    if (it->second.place.size == bytes.size() &&
        (bytes.size() == 0 || std::memcmp(it->second.data, bytes.data(), bytes.size()) == 0))
      return it->second.place;
  const Place place = append(bytes);
  small_.emplace(hash, Small{bytes.data(), place});
  return place;
}

ConstantWriter::Place ConstantWriter::append(const Bytes& bytes) {
  file_.pad_to(kAlignment);
  const Place place{file_.position(), bytes.size()};
  bytes.stream([&](std::span<const std::byte> piece) {
    for (; piece.size() > kPieceBytes; piece = piece.subspan(kPieceBytes))
      append_piece(piece.first(kPieceBytes));
    append_piece(piece);
  });
  return place;
}

void ConstantWriter::append_piece(std::span<const std::byte> piece) {
  throw_if_cancelled(progress_);
  file_.write(piece);
  done_bytes_ += piece.size();
  if (progress_ != nullptr) progress_->update(done_bytes_, total_bytes_, "bytes");
}

}  // namespace hearth::ir
