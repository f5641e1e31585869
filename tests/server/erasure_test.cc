// From the command to the destroyed key: a real log, a real key store, restarts between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <future>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "eventstore/sealing.h"
#include "server/command_path.h"
#include "server/subject_keys.h"
#include "tests/server/temporary_directory.h"

namespace docket::server {
namespace {

namespace fs = std::filesystem;
using domain::SubjectId;
using eventstore::KeyDestroyed;
using eventstore::SecretKey;
using eventstore::SubjectKey;

constexpr eventstore::Timestamp kNow{std::chrono::microseconds{1'700'000'000'000'000}};
const SubjectId kAnna{"anna"};

class ErasurePath : public ::testing::Test {
 protected:
  ErasurePath() { open(); }
  ~ErasurePath() override { close(); }

  void open() {
    config_.data = directory_.path() / "data";
    auto log = eventstore::Log::open({config_.data / "log"});
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
    auto keys = openKeyStore(config_, true);
    ASSERT_TRUE(keys) << keys.error().message;
    keys_ = std::move(*keys);
    path_ = std::make_unique<CommandPath>(
        *log_, CommandPathOptions{}, [] { return kNow; }, [](eventstore::Position) {},
        [this](std::span<const eventstore::Erasure> erasures) {
          destroyed_.push_back(erasures.size());
          return !keyStoreBroken_ && destroyKeys(*keys_, erasures);
        });
  }
  // As docketd does before it serves.
  void destroyWhatTheLogHasErased() { EXPECT_TRUE(destroyKeys(*keys_, path_->erasedBefore())); }
  void close() {
    path_.reset();
    keys_.reset();
    log_.reset();
  }
  void reopen() {
    close();
    open();
    destroyWhatTheLogHasErased();
  }

  static CommandRequest request(domain::SubjectCommand command, std::uint64_t id) {
    CommandRequest request;
    std::memcpy(request.id.bytes.data(), &id, sizeof id);
    request.fingerprint.bytes[0] = std::byte{1};
    request.actor = SubjectId{"admin"};
    request.command = std::move(command);
    return request;
  }
  std::vector<Outcome> runAll(std::vector<CommandRequest> requests) {
    std::promise<std::vector<Outcome>> promise;
    path_->submit(std::move(requests),
                  [&](std::vector<Outcome> outcomes) { promise.set_value(std::move(outcomes)); });
    return promise.get_future().get();
  }
  Outcome run(domain::SubjectCommand command, std::uint64_t id) {
    std::vector<CommandRequest> one;
    one.push_back(request(std::move(command), id));
    return runAll(std::move(one)).at(0);
  }

  SubjectKey keyOf(const SubjectId& subject) {
    auto found = keys_->find(subject.value);
    EXPECT_TRUE(found) << found.error().message;
    return found ? std::move(*found) : SubjectKey();
  }
  bool isErased(const SubjectId& subject) {
    return std::holds_alternative<KeyDestroyed>(keyOf(subject));
  }

  TemporaryDirectory directory_;
  Config config_;
  bool keyStoreBroken_ = false;
  std::vector<std::size_t> destroyed_;  // how many subjects each time
  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<eventstore::KeyStore> keys_;
  std::unique_ptr<CommandPath> path_;
};

std::vector<std::string> codesOf(const Outcome& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome);
  if (refused == nullptr) return {"done"};
  std::vector<std::string> codes;
  for (const auto& refusal : refused->rejection) codes.push_back(domain::describe(refusal).code);
  return codes;
}

using ::testing::ElementsAre;

TEST_F(ErasurePath, AnErasureIsAnsweredWhenTheKeyIsDestroyed) {
  ASSERT_TRUE(keys_->ensure("anna"));
  ASSERT_TRUE(keys_->ensure("ben"));
  const Outcome outcome = run(domain::EraseSubject{kAnna, "asked for"}, 1);
  EXPECT_THAT(codesOf(outcome), ElementsAre("done"));
  ASSERT_TRUE(isErased(kAnna));
  EXPECT_EQ(std::get<KeyDestroyed>(keyOf(kAnna)).erasedAt, std::get<Done>(outcome).position);
  EXPECT_FALSE(isErased(SubjectId{"ben"}));
}

TEST_F(ErasurePath, ALegalHoldKeepsTheKeyUntilItIsLifted) {
  ASSERT_TRUE(keys_->ensure("anna"));
  EXPECT_THAT(codesOf(run(domain::PlaceLegalHold{kAnna, "case 7"}, 1)), ElementsAre("done"));
  EXPECT_THAT(codesOf(run(domain::EraseSubject{kAnna, "asked for"}, 2)),
              ElementsAre("legal-hold-stands"));
  reopen();
  EXPECT_THAT(codesOf(run(domain::EraseSubject{kAnna, "asked for"}, 3)),
              ElementsAre("legal-hold-stands"));
  EXPECT_FALSE(isErased(kAnna));
  EXPECT_THAT(codesOf(run(domain::LiftLegalHold{kAnna, "settled"}, 4)), ElementsAre("done"));
  EXPECT_THAT(codesOf(run(domain::EraseSubject{kAnna, "asked for"}, 5)), ElementsAre("done"));
  EXPECT_TRUE(isErased(kAnna));
}

TEST_F(ErasurePath, ErasedIsErasedAfterARestartToo) {
  ASSERT_TRUE(keys_->ensure("anna"));
  EXPECT_THAT(codesOf(run(domain::EraseSubject{kAnna, "asked for"}, 1)), ElementsAre("done"));
  reopen();
  EXPECT_TRUE(isErased(kAnna));
  EXPECT_THAT(codesOf(run(domain::EraseSubject{kAnna, "again"}, 2)),
              ElementsAre("subject-is-erased"));
}

TEST_F(ErasurePath, AnOlderCopyOfTheKeysBringsNobodyBack) {
  ASSERT_TRUE(keys_->ensure("anna"));
  const SecretKey ben = *keys_->ensure("ben");
  close();
  const fs::path copy = directory_.path() / "yesterday";
  fs::copy(config_.keyDirectory(), copy, fs::copy_options::recursive);
  open();
  EXPECT_THAT(codesOf(run(domain::EraseSubject{kAnna, "asked for"}, 1)), ElementsAre("done"));
  close();
  fs::remove_all(config_.keyDirectory());
  fs::rename(copy, config_.keyDirectory());
  open();
  EXPECT_FALSE(isErased(kAnna));  // so the copy does bring her back
  destroyWhatTheLogHasErased();
  EXPECT_TRUE(isErased(kAnna));
  EXPECT_TRUE(std::get<SecretKey>(keyOf(SubjectId{"ben"})) == ben);
}

TEST_F(ErasurePath, AKeyThatCannotBeDestroyedIsToldAndTheSameCommandTriesAgain) {
  ASSERT_TRUE(keys_->ensure("anna"));
  keyStoreBroken_ = true;
  EXPECT_THAT(codesOf(run(domain::EraseSubject{kAnna, "asked for"}, 1)),
              ElementsAre("key-not-destroyed"));
  EXPECT_EQ(log_->head().value, 1U);  // that she is erased stands in the log
  keyStoreBroken_ = false;
  const Outcome repeated = run(domain::EraseSubject{kAnna, "asked for"}, 1);
  EXPECT_THAT(codesOf(repeated), ElementsAre("done"));
  EXPECT_TRUE(std::get<Done>(repeated).repeated);
  EXPECT_TRUE(isErased(kAnna));
  EXPECT_EQ(log_->head().value, 1U);
}

TEST_F(ErasurePath, ErasuresOfOneGroupAreDestroyedTogether) {
  ASSERT_TRUE(keys_->ensure("anna"));
  const auto erase = [](const char* subject, std::uint64_t id) {
    return request(domain::EraseSubject{SubjectId{subject}, "asked for"}, id);
  };
  std::vector<CommandRequest> requests;
  requests.push_back(erase("anna", 1));
  requests.push_back(erase("cora", 2));  // never had a key
  requests.push_back(request(domain::PlaceLegalHold{SubjectId{"dana"}, "case 7"}, 3));
  requests.push_back(erase("cora", 2));  // a repeat
  requests.push_back(erase("dana", 4));
  const std::vector<Outcome> outcomes = runAll(requests);
  ASSERT_EQ(outcomes.size(), 5U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_THAT(codesOf(outcomes[i]), ElementsAre("done")) << i;
  EXPECT_TRUE(std::get<Done>(outcomes[3]).repeated);
  EXPECT_THAT(codesOf(outcomes[4]), ElementsAre("legal-hold-stands"));
  EXPECT_THAT(destroyed_, ElementsAre(3U));
  for (const char* subject : {"anna", "cora"}) EXPECT_TRUE(isErased(SubjectId{subject})) << subject;
  EXPECT_EQ(path_->stats().done, 3U);
  EXPECT_EQ(path_->stats().repeated, 1U);
  const auto counts = keys_->counts();  // also fails when an entry was counted twice
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->destroyed, 2U);

  keyStoreBroken_ = true;
  std::vector<CommandRequest> refused;
  for (const std::uint64_t id : {5, 6}) refused.push_back(erase(id == 5 ? "eve" : "finn", id));
  for (const Outcome& outcome : runAll(refused)) {
    EXPECT_THAT(codesOf(outcome), ElementsAre("key-not-destroyed"));
  }
  EXPECT_THAT(destroyed_, ElementsAre(3U, 2U));
}

TEST_F(ErasurePath, ACrashBetweenCommitAndDestructionIsMadeUpForByTheNextStart) {
  ASSERT_TRUE(keys_->ensure("anna"));
  keyStoreBroken_ = true;  // as if the process had ended there
  run(domain::EraseSubject{kAnna, "asked for"}, 1);
  keyStoreBroken_ = false;
  EXPECT_FALSE(isErased(kAnna));
  reopen();
  EXPECT_TRUE(isErased(kAnna));
}

TEST_F(ErasurePath, TheMasterKeyMayStandOnAnotherMedium) {
  close();
  config_.masterKeyFile = directory_.path() / "medium" / "master.key";
  fs::remove_all(config_.keyDirectory());
  open();
  ASSERT_TRUE(keys_->ensure("anna"));
  EXPECT_TRUE(fs::exists(config_.masterKeyFile));
  EXPECT_FALSE(fs::exists(config_.keyDirectory() / "master.key"));
}

}  // namespace
}  // namespace docket::server
