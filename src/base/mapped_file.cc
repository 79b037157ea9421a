#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/large_pages.h"

namespace hearth {
namespace {

// Opens a regular file for reading; closes it when it goes out of scope.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {  // a pipe must not block us
    if (fd_ < 0) bad_input("{}: cannot be opened ({})", path.string(), errno_text());
    struct stat info {};
    if (::fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) {
      ::close(fd_);
      bad_input("{}: is not a regular file", path.string());
    }
    size_ = static_cast<size_t>(info.st_size);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  size_t size() const { return size_; }

 private:
  int fd_;
  size_t size_ = 0;
};

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const Descriptor file(path);
  const std::byte* data = nullptr;
  if (file.size() > 0) {
    void* memory = ::mmap(nullptr, file.size(), PROT_READ, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED)
      failed("{}: cannot be mapped into memory ({})", path.string(), errno_text());
    // What is not in memory yet is read in large pages by file systems that have them.
    if (file.size() >= kLargePage) use_large_pages(memory, file.size());
    data = static_cast<const std::byte*>(memory);
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(path, data, file.size()));
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

std::string read_text_file(const std::filesystem::path& path, size_t limit_bytes) {
  const Descriptor file(path);
  if (file.size() > limit_bytes)
    bad_input("{}: is {} bytes long, more than the {} this kind of file may have", path.string(),
              file.size(), limit_bytes);
  std::string text(file.size(), '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) bad_input("{}: could not be read to its end", path.string());
    done += static_cast<size_t>(got);
  }
  return text;
}

}  // namespace hearth
