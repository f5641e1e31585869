// The signing key's files, the published checkpoint, and what a start refuses.
#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <string>

#include "eventstore/merkle.h"
#include "eventstore/proof.h"
#include "eventstore/publisher.h"
#include "eventstore/signing_key.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string contentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void write(const fs::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

unsigned modeOf(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

// "code: message" of what should have failed.
template <class Value>
std::string failureOf(const tl::expected<Value, StoreError>& result) {
  if (result) return "(no failure)";
  return std::to_string(static_cast<int>(result.error().code)) + ": " + result.error().message;
}
std::string code(StoreErrorCode wanted) {
  return std::to_string(static_cast<int>(wanted)) + ": ";
}

class SigningKeyFiles : public ::testing::Test {
 protected:
  fs::path keys() const { return folder_.path() / "data/keys"; }
  TemporaryFolder folder_;
};

TEST_F(SigningKeyFiles, AKeyIsMadeForItsOwnerOnlyAndLoadedAgain) {
  EXPECT_THAT(failureOf(SigningKey::load(keys())), HasSubstr(code(StoreErrorCode::notFound)));
  const auto made = SigningKey::create(keys(), "example.org/log");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(modeOf(keys()), 0700u);
  EXPECT_EQ(modeOf(keys() / "signing.pem"), 0600u);
  EXPECT_EQ(contentOf(keys() / "signing.vkey"), toText(made->verifier()) + "\n");
  const auto loaded = SigningKey::load(keys());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->verifier(), made->verifier());
  EXPECT_EQ(loaded->sign("text\n"), made->sign("text\n"));
  EXPECT_FALSE(SigningKey::create(keys() / "other", "a name"));
}

TEST_F(SigningKeyFiles, AMakingThatWasCutShortIsEnded) {
  const auto made = SigningKey::create(keys(), "example.org/log");
  fs::remove(keys() / "signing.vkey");
  EXPECT_THAT(failureOf(SigningKey::load(keys())), HasSubstr(code(StoreErrorCode::notFound)));
  const auto again = SigningKey::create(keys(), "example.org/log");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->verifier(), made->verifier());
}

TEST_F(SigningKeyFiles, WhatIsOpenMissingOrDamagedIsSaid) {
  ASSERT_TRUE(SigningKey::create(keys(), "example.org/log"));
  const fs::path pem = keys() / "signing.pem";
  const fs::path vkey = keys() / "signing.vkey";
  const std::string goodPem = contentOf(pem);
  const std::string goodVkey = contentOf(vkey);
  const auto failure = [&] { return failureOf(SigningKey::load(keys())); };

  ASSERT_EQ(::chmod(pem.c_str(), 0640), 0);
  EXPECT_THAT(failure(), HasSubstr("make it 0600"));
  ASSERT_EQ(::chmod(pem.c_str(), 0600), 0);
  EXPECT_EQ(failure(), "(no failure)");

  write(pem, goodPem.substr(0, goodPem.size() / 2));
  EXPECT_THAT(failure(), HasSubstr("no Ed25519 private key"));
  write(pem, Ed25519PrivateKey::generate().toPem());
  EXPECT_THAT(failure(), HasSubstr("not that of signing.vkey"));
  write(pem, goodPem);
  write(vkey, "x" + goodVkey);
  EXPECT_THAT(failure(), HasSubstr(code(StoreErrorCode::corrupt)));
  write(vkey, goodVkey.substr(0, goodVkey.size() - 1));
  EXPECT_THAT(failure(), HasSubstr("whole line"));
  write(vkey, goodVkey);
  fs::remove(pem);
  EXPECT_THAT(failure(), HasSubstr("private key is missing"));
}

class Publishing : public LogTest {
 protected:
  void SetUp() override {
    fs::create_directories(data());
    open();
  }
  fs::path data() const { return directory().parent_path(); }
  PublisherOptions options() const {
    return {data() / "keys", data() / "checkpoint", "example.org/log"};
  }
  std::unique_ptr<CheckpointPublisher> publisher() {
    auto opened = CheckpointPublisher::open(log(), options());
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  std::string failure() { return failureOf(CheckpointPublisher::open(log(), options())); }
  std::vector<VerifierKey> keys() { return loadVerifierKeys(options().keys).value(); }
  Checkpoint published() {
    auto read = readCheckpoint(options().checkpoint, keys());
    EXPECT_TRUE(read) << read.error().message;
    return read ? read->checkpoint : Checkpoint{};
  }
  // A log with the same number of events as this one's, and other events.
  void replaceLog(std::size_t events) {
    close();
    fs::remove_all(directory());
    open();
    append(unit(999, std::vector<NewEvent>(events, event("other/1"))));
  }
};

TEST_F(Publishing, ACheckpointFollowsTheLog) {
  const auto publisher = this->publisher();
  EXPECT_EQ(published(), (Checkpoint{"example.org/log", 0, emptyRoot()}));
  append(unit(1, {event("s/1"), event("s/1")}));
  EXPECT_EQ(publisher->latest().checkpoint.size, 0u);
  ASSERT_TRUE(publisher->publish());
  EXPECT_EQ(published(), (Checkpoint{"example.org/log", 2, log().treeHead().root}));
  EXPECT_EQ(publisher->latest().note, contentOf(options().checkpoint));
  // Without growth there is nothing to write.
  fs::remove(options().checkpoint);
  ASSERT_TRUE(publisher->publish());
  EXPECT_FALSE(fs::exists(options().checkpoint));
}

TEST_F(Publishing, TheOriginIsThatOfTheStoreUnlessItIsGivenAndStays) {
  PublisherOptions unnamed = options();
  unnamed.origin.clear();
  ASSERT_TRUE(CheckpointPublisher::open(log(), unnamed));
  EXPECT_EQ(published().origin, "docket.invalid/" + log().storeId());
  EXPECT_THAT(failure(), HasSubstr("cannot become example.org/log"));
}

TEST_F(Publishing, ALogBehindItsCheckpointIsRefused) {
  append(unit(1, {event("s/1"), event("s/1"), event("s/1")}));
  publisher();
  replaceLog(2);
  EXPECT_THAT(failure(),
              HasSubstr(code(StoreErrorCode::behindAnchor) + "the log is behind the checkpoint"));
}

TEST_F(Publishing, AnotherLogIsRefused) {
  append(unit(1, {event("s/1"), event("s/1")}));
  publisher();
  replaceLog(5);
  EXPECT_THAT(failure(), HasSubstr(code(StoreErrorCode::corrupt) +
                                   "the log is not the log of the checkpoint"));
}

TEST_F(Publishing, ACheckpointThatNobodyKnownSignedIsRefused) {
  publisher();
  const std::string good = contentOf(options().checkpoint);
  std::string bad = good;
  bad[good.find("\n0\n") + 1] = '1';
  write(options().checkpoint, bad);
  EXPECT_THAT(failure(), HasSubstr("is wrong"));
  write(options().checkpoint, good);
  fs::remove_all(options().keys);
  EXPECT_THAT(failure(), HasSubstr("restore the keys"));
}

TEST_F(Publishing, ProofsAreOfTheLatestCheckpoint) {
  append(unit(1, {event("s/1"), event("s/1"), event("s/1")}));
  const auto publisher = this->publisher();
  append(unit(2, {event("s/1")}));
  const auto within = publisher->proveInclusion({2});
  ASSERT_TRUE(within) << within.error().message;
  EXPECT_THAT(within->text, HasSubstr("\nindex 2\n"));
  EXPECT_THAT(within->text, HasSubstr("\n\nexample.org/log\n3\n"));
  // Not in the checkpoint yet: a new one is made for it.
  const auto beyond = publisher->proveInclusion({3});
  ASSERT_TRUE(beyond) << beyond.error().message;
  EXPECT_THAT(beyond->text, HasSubstr("\n\nexample.org/log\n4\n"));
  const auto consistency = publisher->proveConsistency({3});
  ASSERT_TRUE(consistency) << consistency.error().message;
  EXPECT_THAT(consistency->text, HasSubstr("@v1\nold 3\nnew 4\n"));
  EXPECT_EQ(publisher->proveInclusion({4}).error().code, StoreErrorCode::invalid);
  EXPECT_EQ(publisher->proveConsistency({5}).error().code, StoreErrorCode::invalid);
}

TEST_F(Publishing, ARotationIsSignedByBothKeysAndKeepsTheOldOnesName) {
  append(unit(1, {event("s/1")}));
  publisher();
  const VerifierKey old = keys().front();
  const std::string oldPem = contentOf(options().keys / "signing.pem");
  const fs::path stolen = data() / "stolen.pem";
  fs::create_hard_link(options().keys / "signing.pem", stolen);

  const auto rotated = rotateSigningKey(log(), options());
  ASSERT_TRUE(rotated) << rotated.error().message;
  EXPECT_THAT(keys(), ElementsAre(*rotated, old));
  EXPECT_NE(*rotated, old);
  EXPECT_EQ(rotated->name, old.name);
  const std::string note = contentOf(options().checkpoint);
  EXPECT_EQ(countSigners(*parseNote(note), keys()), 2u);
  EXPECT_EQ(contentOf(options().keys / "retired" / (keyIdText(old) + ".checkpoint")), note);
  EXPECT_EQ(modeOf(options().keys / "signing.pem"), 0600u);
  EXPECT_FALSE(fs::exists(options().keys / "next.pem"));
  // The old private key's bytes are gone, under any name.
  EXPECT_EQ(contentOf(stolen), std::string(oldPem.size(), '\0'));

  append(unit(2, {event("s/1")}));
  publisher();
  EXPECT_EQ(published().size, 2u);
  EXPECT_EQ(countSigners(*parseNote(contentOf(options().checkpoint)), keys()), 1u);
}

// A rotation cut short after each of its steps: the next start works, and so does a repetition.
TEST_F(Publishing, ARotationThatWasCutShortIsEndedOrRepeated) {
  append(unit(1, {event("s/1")}));
  publisher();
  const fs::path before = data() / "before";
  fs::copy(options().keys, before, fs::copy_options::recursive);
  const auto next = SigningKey::prepareNext(options().keys, "example.org/log");
  ASSERT_TRUE(next);
  publisher();
  EXPECT_EQ(SigningKey::prepareNext(options().keys, "example.org/log")->verifier(),
            next->verifier());

  ASSERT_TRUE(rotateSigningKey(log(), options()));
  EXPECT_EQ(keys().front(), next->verifier());
  // The new private key is in its place and the verifier key is not.
  fs::copy_file(before / "signing.vkey", options().keys / "signing.vkey",
                fs::copy_options::overwrite_existing);
  const auto publisher = this->publisher();
  EXPECT_EQ(publisher->verifier(), next->verifier());
  EXPECT_EQ(keys().front(), next->verifier());
}

}  // namespace
}  // namespace docket::eventstore::testing
