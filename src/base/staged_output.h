// A folder that appears complete or not at all. Files are written to a hidden folder beside the
// target; commit() moves them into place, and without commit() nothing is left behind.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace hearth {

/// Sequential writes with a buffer; errors (disk full included) are exceptions of kind failed. The
/// file is written in whole large pages, so that it is in memory in such pages when it is mapped
/// soon after: weights in small ones are read some percent slower, and found later (2 ms and 12 ms
/// for the pages of 620 MB).
class FileWriter {
 public:
  explicit FileWriter(std::filesystem::path path);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void pad_to(size_t alignment);  ///< zero bytes up to the next multiple
  size_t position() const { return position_; }
  void close();  ///< flushes; without it the destructor drops what is buffered

 private:
  void flush();
  void write_out(const std::byte* data, size_t size);
  std::filesystem::path path_;
  int fd_;
  size_t position_ = 0;
  size_t buffered_ = 0;
  std::unique_ptr<std::byte[]> buffer_;
};

class StagedOutput {
 public:
  /// Refuses (bad_input) a target that exists and is not an empty folder, unless `overwrite`.
  StagedOutput(std::filesystem::path target, bool overwrite);
  ~StagedOutput();
  StagedOutput(const StagedOutput&) = delete;
  StagedOutput& operator=(const StagedOutput&) = delete;

  /// Where to write the file that will be `target / name`.
  std::filesystem::path path(std::string_view name) const { return staging_ / name; }
  void write_text(std::string_view name, std::string_view text) const;
  /// Moves everything into place. Files of the same names are replaced, others in the target stay.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path staging_;
  bool committed_ = false;
};

}  // namespace hearth
