#include "base/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.h"
#include "base/test_folder.h"

namespace hearth {
namespace {

TEST(MappedFile, HoldsTheFileAndOutlivesItsName) {
  const TestFolder folder;
  std::ofstream(folder / "f") << "hello";
  const auto mapped = MappedFile::open(folder / "f");
  std::filesystem::remove(folder / "f");
  ASSERT_EQ(mapped->size(), 5u);
  EXPECT_EQ(static_cast<char>(mapped->bytes()[4]), 'o');
}

TEST(MappedFile, EmptyFile) {
  const TestFolder folder;
  std::ofstream(folder / "f").close();
  EXPECT_EQ(MappedFile::open(folder / "f")->size(), 0u);
  EXPECT_EQ(read_text_file(folder / "f"), "");
}

TEST(MappedFile, OnlyRegularFiles) {
  const TestFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const auto& path : {folder / "none", folder.path(), folder / "pipe"}) {
    EXPECT_THROW(MappedFile::open(path), Exception) << path;
    EXPECT_THROW(read_text_file(path), Exception) << path;
  }
}

TEST(MappedFile, TextHasALimit) {
  const TestFolder folder;
  std::ofstream(folder / "f") << "hello";
  EXPECT_EQ(read_text_file(folder / "f", 5), "hello");
  EXPECT_THROW(read_text_file(folder / "f", 4), Exception);
}

}  // namespace
}  // namespace hearth
