#include "eventstore/master_key.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/eventstore/key_testing.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using testing::codeOf;

std::string contentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

void overwrite(const fs::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

class MasterKeyTest : public ::testing::Test {
 protected:
  MasterKeyFile create() {
    auto made = MasterKeyFile::create(path_);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  testing::TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "medium" / "master.key";
};

TEST_F(MasterKeyTest, WhatIsCreatedIsReadAgainAndOnlyForItsOwner) {
  const MasterKeyFile made = create();
  struct stat status = {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);

  const auto loaded = MasterKeyFile::load(path_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->current().id, made.current().id);
  EXPECT_TRUE(loaded->current().key == made.current().key);
  EXPECT_FALSE(loaded->current().key == SecretKey());
}

TEST_F(MasterKeyTest, AFileThatIsThereIsNeverWrittenOver) {
  create();
  const std::string before = contentOf(path_);
  EXPECT_EQ(codeOf(MasterKeyFile::create(path_)), StoreErrorCode::invalid);
  EXPECT_EQ(contentOf(path_), before);
}

TEST_F(MasterKeyTest, AFileThatIsNotThereIsNotFound) {
  EXPECT_EQ(codeOf(MasterKeyFile::load(path_)), StoreErrorCode::notFound);
}

TEST_F(MasterKeyTest, AFileThatOthersMayReadIsRefusedAndTheMessageSaysTheMode) {
  create();
  for (const mode_t mode : {0640u, 0604u, 0620u}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    const auto loaded = MasterKeyFile::load(path_);
    EXPECT_EQ(codeOf(loaded), StoreErrorCode::invalid);
    EXPECT_NE(loaded.error().message.find("make it 0600"), std::string::npos);
  }
}

TEST_F(MasterKeyTest, EveryChangedByteIsFound) {
  create();
  const std::string right = contentOf(path_);
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::string wrong = right;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    overwrite(path_, wrong);
    const auto loaded = MasterKeyFile::load(path_);
    ASSERT_FALSE(loaded) << "byte " << i;
    // The version's digit, changed, is the digit of another version.
    const bool isVersion = i == std::string_view("docket master keys ").size();
    EXPECT_EQ(loaded.error().code,
              isVersion ? StoreErrorCode::newerFormat : StoreErrorCode::corrupt)
        << "byte " << i << ": " << loaded.error().message;
  }
  for (const std::string& wrong : {right + "x", right.substr(1), std::string(), right + right}) {
    overwrite(path_, wrong);
    EXPECT_EQ(codeOf(MasterKeyFile::load(path_)), StoreErrorCode::corrupt);
  }
}

TEST_F(MasterKeyTest, DuringARotationTheNewKeyStandsFirstAndTheOldOneStays) {
  MasterKeyFile file = create();
  const MasterKeyId old = file.current().id;
  const MasterKey fresh = MasterKey::random();
  ASSERT_TRUE(file.makeCurrent(fresh));
  ASSERT_TRUE(file.makeCurrent(fresh));  // again changes nothing

  auto loaded = MasterKeyFile::load(path_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->current().id, fresh.id);
  EXPECT_EQ(loaded->keys().size(), 2u);
  ASSERT_NE(loaded->find(old), nullptr);

  ASSERT_TRUE(loaded->keepOnlyCurrent());
  loaded = MasterKeyFile::load(path_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->current().id, fresh.id);
  EXPECT_EQ(loaded->find(old), nullptr);
}

TEST_F(MasterKeyTest, AFullFileTakesNoMoreAndSaysWhy) {
  MasterKeyFile file = create();
  for (int i = 0; i < 15; ++i) ASSERT_TRUE(file.makeCurrent(MasterKey::random()));
  EXPECT_EQ(codeOf(file.makeCurrent(MasterKey::random())), StoreErrorCode::invalid);
  EXPECT_TRUE(MasterKeyFile::load(path_));
}

}  // namespace
}  // namespace docket::eventstore
