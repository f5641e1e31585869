#include "server/data_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "tests/server/temporary_directory.h"

namespace docket::server {
namespace {

using ::testing::HasSubstr;

class DataDirectoryTest : public ::testing::Test {
 protected:
  std::filesystem::path data() const { return temporary_.path() / "made" / "data"; }
  std::string failure() const {
    const auto opened = DataDirectory::open(data());
    return opened ? "" : opened.error();
  }

  TemporaryDirectory temporary_;
};

TEST_F(DataDirectoryTest, IsMadeForItsOwnerOnly) {
  const auto opened = DataDirectory::open(data());
  ASSERT_TRUE(opened) << opened.error();
  struct stat facts {};
  ASSERT_EQ(::stat(data().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0700u);
  std::string version;
  std::getline(std::ifstream(data() / "VERSION"), version);
  EXPECT_EQ(version, "1");
}

TEST_F(DataDirectoryTest, SecondServerIsToldWhoHasIt) {
  auto first = DataDirectory::open(data());
  ASSERT_TRUE(first);
  EXPECT_THAT(failure(), HasSubstr("is in use by another Docket server (pid " +
                                   std::to_string(::getpid()) + ")"));
}

TEST_F(DataDirectoryTest, CanBeOpenedAgainAfterItsServerEnded) {
  { ASSERT_TRUE(DataDirectory::open(data())); }
  EXPECT_EQ(failure(), "");
}

TEST_F(DataDirectoryTest, NewerLayoutIsRefusedNamingBoth) {
  { ASSERT_TRUE(DataDirectory::open(data())); }
  std::ofstream(data() / "VERSION") << "2\n";
  EXPECT_THAT(failure(), HasSubstr("layout version 2, and this program knows layouts up to 1"));
}

TEST_F(DataDirectoryTest, UnreadableVersionIsRefused) {
  { ASSERT_TRUE(DataDirectory::open(data())); }
  for (const char* content : {"", "0\n", "one\n", "1", "1\n1\n"}) {
    std::ofstream(data() / "VERSION", std::ios::trunc) << content;
    EXPECT_THAT(failure(), HasSubstr("does not hold a version")) << content;
  }
}

TEST_F(DataDirectoryTest, FileInsteadOfDirectoryIsRefused) {
  std::filesystem::create_directories(data().parent_path());
  std::ofstream(data()) << "x";
  EXPECT_THAT(failure(), HasSubstr("is not a directory"));
}

TEST_F(DataDirectoryTest, PlaceThatCannotBeWrittenIsRefused) {
  // A file on the way serves for every user; permissions would not stop root.
  std::ofstream(temporary_.path() / "made") << "x";
  EXPECT_THAT(failure(), HasSubstr("cannot make the data directory"));
}

}  // namespace
}  // namespace docket::server
