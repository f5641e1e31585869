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
  // As the first start does once the log is there.
  void setUp() const {
    auto opened = DataDirectory::open(data());
    ASSERT_TRUE(opened) << opened.error();
    EXPECT_TRUE(opened->isNew());
    ASSERT_TRUE(opened->complete());
    EXPECT_FALSE(opened->isNew());
  }
  std::string failure() const {
    const auto opened = DataDirectory::open(data());
    return opened ? "" : opened.error();
  }

  TemporaryDirectory temporary_;
};

TEST_F(DataDirectoryTest, IsMadeForItsOwnerOnly) {
  setUp();
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
  setUp();
  const auto again = DataDirectory::open(data());
  ASSERT_TRUE(again) << again.error();
  EXPECT_FALSE(again->isNew());
}

TEST_F(DataDirectoryTest, IsNewUntilItsFirstStartHasMadeTheLog) {
  { ASSERT_TRUE(DataDirectory::open(data())); }
  std::filesystem::create_directory(data() / "log");
  const auto again = DataDirectory::open(data());
  ASSERT_TRUE(again) << again.error();
  EXPECT_TRUE(again->isNew());
}

TEST_F(DataDirectoryTest, SomebodyElsesFolderIsRefusedAndLeftAlone) {
  std::filesystem::create_directories(data());
  std::ofstream(data() / "thesis.txt") << "x";
  EXPECT_THAT(failure(), HasSubstr("is not empty and no data directory of Docket"));
  EXPECT_FALSE(std::filesystem::exists(data() / "LOCK"));
}

TEST_F(DataDirectoryTest, MayBeNamedByARelativePathOfOnePart) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(temporary_.path());
  const auto opened = DataDirectory::open("plain");
  std::filesystem::current_path(before);
  ASSERT_TRUE(opened) << opened.error();
  EXPECT_TRUE(std::filesystem::is_directory(temporary_.path() / "plain"));
}

TEST_F(DataDirectoryTest, NewerLayoutIsRefusedNamingBoth) {
  setUp();
  std::ofstream(data() / "VERSION") << "2\n";
  EXPECT_THAT(failure(), HasSubstr("layout version 2, and this program knows layouts up to 1"));
}

TEST_F(DataDirectoryTest, UnreadableVersionIsRefused) {
  setUp();
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
