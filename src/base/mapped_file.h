// A whole file mapped read-only. Weights are used straight from such mappings, so the mapping lives
// as long as anything that points into it (hold the shared_ptr).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace hearth {

class MappedFile {
 public:
  /// Throws bad_input when the file is missing, unreadable or not a regular file.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  size_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  MappedFile(std::filesystem::path path, const std::byte* data, size_t size)
      : path_(std::move(path)), data_(data), size_(size) {}
  std::filesystem::path path_;
  const std::byte* data_;
  size_t size_;
};

/// The whole file as text; throws bad_input when it cannot be read or is larger than `limit_bytes`.
std::string read_text_file(const std::filesystem::path& path, size_t limit_bytes = size_t{1} << 30);

}  // namespace hearth
