#include "base/staged_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/large_pages.h"

namespace fs = std::filesystem;

namespace hearth {
namespace {

[[noreturn]] void write_failed(const fs::path& path) {
  failed(
      "{}: could not be written ({}). Nothing was left half-made; free some space or choose "
      "another folder and run the command again.",
      path.string(), errno_text());
}

}  // namespace

FileWriter::FileWriter(fs::path path)
    : path_(std::move(path)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)),
      buffer_(new std::byte[kLargePage]) {
  if (fd_ < 0) write_failed(path_);
}

FileWriter::~FileWriter() {
  if (fd_ >= 0) ::close(fd_);
}

void FileWriter::write(std::span<const std::byte> bytes) {
  position_ += bytes.size();
  while (!bytes.empty()) {
    if (buffered_ == 0 && bytes.size() >= kLargePage) {
      const size_t whole = bytes.size() / kLargePage * kLargePage;
      write_out(bytes.data(), whole);
      bytes = bytes.subspan(whole);
      continue;
    }
    const size_t count = std::min(bytes.size(), kLargePage - buffered_);
    std::memcpy(buffer_.get() + buffered_, bytes.data(), count);
    buffered_ += count;
    bytes = bytes.subspan(count);
    if (buffered_ == kLargePage) flush();
  }
}

void FileWriter::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void FileWriter::pad_to(size_t alignment) {
  const std::vector<std::byte> zeros((alignment - position_ % alignment) % alignment);
  write(zeros);
}

void FileWriter::flush() {
  write_out(buffer_.get(), buffered_);
  buffered_ = 0;
}

void FileWriter::write_out(const std::byte* data, size_t size) {
  while (size > 0) {
    const ssize_t wrote = ::write(fd_, data, size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) write_failed(path_);
    data += wrote;
    size -= static_cast<size_t>(wrote);
  }
}

void FileWriter::close() {
  flush();
  const int fd = std::exchange(fd_, -1);
  if (::close(fd) != 0) write_failed(path_);
}

StagedOutput::StagedOutput(fs::path target, bool overwrite) : target_(std::move(target)) {
  if (target_.filename().empty()) target_ = target_.parent_path();  // "out/" means "out"
  std::error_code error;
  if (fs::is_symlink(target_, error)) {  // the folder is replaced at the end, not the link to it
    const fs::path real = fs::canonical(target_, error);
    if (error) bad_input("{}: is a link that leads nowhere; remove it", target_.string());
    target_ = real;
  }
  if (fs::exists(target_, error)) {
    if (!fs::is_directory(target_))
      bad_input("{}: exists and is not a folder; choose another output", target_.string());
    if (!overwrite && !fs::is_empty(target_, error))
      bad_input(
          "{}: exists and is not empty; choose another output, or pass --force to replace "
          "the files of the same names",
          target_.string());
  }
  const fs::path parent = fs::absolute(target_).parent_path();
  fs::create_directories(parent, error);
  staging_ = parent / fmt::format(".{}.partial-{}", target_.filename().string(), ::getpid());
  fs::remove_all(staging_, error);
  if (!fs::create_directory(staging_, error) || error)
    failed("{}: cannot be created ({})", staging_.string(), error.message());
}

StagedOutput::~StagedOutput() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(staging_, ignored);
}

void StagedOutput::write_text(std::string_view name, std::string_view text) const {
  FileWriter file(path(name));
  file.write(text);
  file.close();
}

void StagedOutput::commit() {
  std::error_code error;
  if (!fs::exists(target_) || fs::is_empty(target_, error)) {
    fs::rename(staging_, target_, error);  // replaces an empty folder in one step
  } else {
    // Into a folder that has files: the .xml goes last, so a reader never sees a new graph with
    // old weights beside it.
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(staging_)) files.push_back(entry.path());
    std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
      return std::pair(a.extension() == ".xml", a) < std::pair(b.extension() == ".xml", b);
    });
    for (const fs::path& file : files) {
      fs::rename(file, target_ / file.filename(), error);
      if (error) break;
    }
    if (!error) fs::remove_all(staging_, error);
  }
  if (error) failed("{}: could not be put in place ({})", target_.string(), error.message());
  committed_ = true;
}

}  // namespace hearth
