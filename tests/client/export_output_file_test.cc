#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "client/export/output_file.h"

namespace docket::client::exports {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OutputFileTest : public ::testing::Test {
 protected:
  OutputFileTest() {
    std::string name = (fs::temp_directory_path() / "docket-output-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~OutputFileTest() override { fs::remove_all(folder_); }

  std::string path(const char* name) const { return (folder_ / name).string(); }

  void put(const char* name, const std::string& text) const { std::ofstream(path(name)) << text; }

  std::string contentOf(const char* name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  fs::path folder_;
};

TEST_F(OutputFileTest, IsThereOnlyWhenItIsWhole) {
  auto file = OutputFile::create(path("out"));
  ASSERT_TRUE(file.has_value());
  (*file)->write("one ");
  (*file)->write("two");
  EXPECT_FALSE(fs::exists(path("out")));
  ASSERT_TRUE((*file)->commit().has_value());
  EXPECT_THAT(names(), ElementsAre("out"));
  EXPECT_EQ(contentOf("out"), "one two");
}

TEST_F(OutputFileTest, GivenUpItLeavesNothing) {
  {
    auto file = OutputFile::create(path("out"));
    ASSERT_TRUE(file.has_value());
    (*file)->write("half");
    EXPECT_THAT(names(), ::testing::SizeIs(1));
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(OutputFileTest, NeverReplacesWhatIsThere) {
  put("out", "mine");
  const auto file = OutputFile::create(path("out"));
  ASSERT_FALSE(file.has_value());
  EXPECT_TRUE(file.error().isTaken);
  EXPECT_EQ(contentOf("out"), "mine");
}

TEST_F(OutputFileTest, NeverReplacesWhatCameMeanwhile) {
  {
    auto file = OutputFile::create(path("out"));
    ASSERT_TRUE(file.has_value());
    (*file)->write("new");
    put("out", "mine");
    const auto committed = (*file)->commit();
    ASSERT_FALSE(committed.has_value());
    EXPECT_TRUE(committed.error().isTaken);
  }
  EXPECT_THAT(names(), ElementsAre("out"));
  EXPECT_EQ(contentOf("out"), "mine");
}

TEST_F(OutputFileTest, HasTheRightsOfAnyNewFile) {
  put("other", "");
  auto file = OutputFile::create(path("out"));
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->commit().has_value());
  EXPECT_EQ(fs::status(path("out")).permissions(), fs::status(path("other")).permissions());
}

TEST_F(OutputFileTest, SaysWhatCannotBeWritten) {
  const auto nowhere = OutputFile::create(path("none/out"));
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_FALSE(nowhere.error().isTaken);
  EXPECT_THAT(nowhere.error().message, HasSubstr("cannot be written"));

  auto full = OutputFile::create("/dev/full");
  ASSERT_TRUE(full.has_value());
  (*full)->write("no room");
  const auto committed = (*full)->commit();
  ASSERT_FALSE(committed.has_value());
  EXPECT_THAT(committed.error().message, HasSubstr("'/dev/full' cannot be written"));
}

}  // namespace
}  // namespace docket::client::exports
