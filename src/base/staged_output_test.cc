#include "base/staged_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/test_folder.h"

namespace fs = std::filesystem;

namespace hearth {
namespace {

using testing::HasSubstr;

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Exception& e) {
    return e.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::internal;
}

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(StagedOutput, NothingIsThereBeforeCommit) {
  const TestFolder folder;
  {
    StagedOutput out(folder / "model", false);
    out.write_text("config.json", "{}");
    EXPECT_FALSE(fs::exists(folder / "model"));
    out.commit();
  }
  EXPECT_EQ(read_text_file(folder / "model/config.json"), "{}");
  EXPECT_EQ(entries(folder.path()), 1u) << "the staging folder should be gone";
}

TEST(StagedOutput, WithoutCommitNothingIsLeft) {
  const TestFolder folder;
  {
    StagedOutput out(folder / "deep/er/model", false);
    out.write_text("config.json", "{}");
  }
  EXPECT_FALSE(fs::exists(folder / "deep/er/model"));
  EXPECT_EQ(entries(folder / "deep/er"), 0u);
}

TEST(StagedOutput, ExistingTargets) {
  const TestFolder folder;
  fs::create_directory(folder / "empty");
  StagedOutput(folder / "empty/", false).commit();
  fs::create_directory(folder / "full");
  std::ofstream(folder / "full/keep.txt") << "old";
  std::ofstream(folder / "full/config.json") << "old";
  std::ofstream(folder / "file") << "old";
  EXPECT_EQ(kind_of([&] { StagedOutput(folder / "full", false); }), ErrorKind::bad_input);
  EXPECT_EQ(kind_of([&] { StagedOutput(folder / "file", true); }), ErrorKind::bad_input);
  StagedOutput out(folder / "full", true);
  out.write_text("config.json", "new");
  out.commit();
  EXPECT_EQ(read_text_file(folder / "full/config.json"), "new");
  EXPECT_EQ(read_text_file(folder / "full/keep.txt"), "old");
  EXPECT_EQ(entries(folder.path()), 3u);
}

TEST(StagedOutput, FollowsALinkToAFolder) {
  const TestFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink(folder / "real", folder / "link");
  StagedOutput out(folder / "link", false);
  out.write_text("config.json", "{}");
  out.commit();
  EXPECT_TRUE(fs::exists(folder / "real/config.json"));
}

TEST(StagedOutput, FolderThatCannotBeMade) {
  EXPECT_EQ(kind_of([] { StagedOutput("/proc/nowhere/model", false); }), ErrorKind::failed);
}

TEST(FileWriter, PiecesPaddingAndPosition) {
  const TestFolder folder;
  FileWriter out(folder / "f");
  std::string expected;
  for (size_t size : {1ul, 0ul, 63ul, 1ul << 18, 300000ul, 5ul, (2ul << 20) - 64, 9ul << 20}) {
    const std::string piece(size, static_cast<char>('a' + size % 7));
    out.write(piece);
    out.pad_to(64);
    expected += piece;
    expected.resize((expected.size() + 63) / 64 * 64, '\0');
    EXPECT_EQ(out.position(), expected.size());
  }
  out.close();
  EXPECT_EQ(read_text_file(folder / "f"), expected);
}

TEST(FileWriter, FullDiskIsAFailure) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_EQ(kind_of([] {
              FileWriter out("/dev/full");
              out.write(std::string(1 << 20, 'x'));
              out.close();
            }),
            ErrorKind::failed);
  EXPECT_EQ(kind_of([] {
              FileWriter out("/dev/full");
              out.write("x");
              out.close();  // what was buffered counts too
            }),
            ErrorKind::failed);
}

// A disk that fills up in the middle, played by a limit on the size of files.
TEST(StagedOutput, FullDiskLeavesNothing) {
  const TestFolder folder;
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1 << 20, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string message;
  try {
    StagedOutput out(folder / "model", false);
    FileWriter file(out.path("openvino_model.bin"));
    for (int i = 0; i < 64; ++i) file.write(std::string(1 << 16, 'x'));
    file.close();
    out.commit();
  } catch (const Exception& e) {
    EXPECT_EQ(e.kind(), ErrorKind::failed);
    message = e.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &old);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(message, HasSubstr("could not be written"));
  EXPECT_EQ(entries(folder.path()), 0u);
}

}  // namespace
}  // namespace hearth
