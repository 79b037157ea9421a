#include "base/cgroup.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/test_folder.h"

namespace fs = std::filesystem;

namespace hearth {
namespace {

class CgroupTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  double quota() { return cgroup_cpu_quota(folder_ / "proc", folder_ / "sys"); }
  TestFolder folder_;
};

TEST_F(CgroupTest, NothingMeansNoLimit) { EXPECT_EQ(quota(), 0); }

TEST_F(CgroupTest, TheTightestLevelCounts) {
  write("proc/self/cgroup", "12:cpu:/old\n0::/pods/one\n");
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(quota(), 0);
  write("sys/fs/cgroup/pods/cpu.max", "150000 100000\n");
  EXPECT_EQ(quota(), 1.5);
  write("sys/fs/cgroup/pods/one/cpu.max", "400000 100000\n");
  EXPECT_EQ(quota(), 1.5);
  write("sys/fs/cgroup/pods/one/cpu.max", "50000 100000\n");
  EXPECT_EQ(quota(), 0.5);
}

TEST_F(CgroupTest, RootGroup) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(quota(), 2);
}

TEST_F(CgroupTest, Version1) {
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), 0);
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000\n");
  EXPECT_EQ(quota(), 3);
}

TEST_F(CgroupTest, NonsenseIsNoLimit) {
  write("proc/self/cgroup", "0::/\n");
  for (const char* text : {"", "max", "x 1", "100000 0", "-5 100000", "100000"}) {
    write("sys/fs/cgroup/cpu.max", text);
    EXPECT_EQ(quota(), 0) << text;
  }
}

}  // namespace
}  // namespace hearth
