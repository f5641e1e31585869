// From the command to the destroyed key: a real log, a real key store, restarts between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
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
        *log_, CommandPathOptions{}, [] { return kNow; },
        [this](eventstore::Position) {
          if (onCommitted_) std::exchange(onCommitted_, nullptr)();
        },
        [this](std::span<const eventstore::Erasure> erasures) {
          destroyed_.push_back(erasures.size());
          if (onDestroying_) std::exchange(onDestroying_, nullptr)();
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
  std::future<std::vector<Outcome>> submit(std::vector<CommandRequest> requests) {
    auto promise = std::make_shared<std::promise<std::vector<Outcome>>>();
    path_->submit(std::move(requests), [promise](std::vector<Outcome> outcomes) {
      promise->set_value(std::move(outcomes));
    });
    return promise->get_future();
  }
  std::future<std::vector<Outcome>> submit(domain::SubjectCommand command, std::uint64_t id) {
    return submit(std::vector{request(std::move(command), id)});
  }
  std::vector<Outcome> runAll(std::vector<CommandRequest> requests) {
    return submit(std::move(requests)).get();
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
  std::function<void()> onCommitted_;   // once, on the committer
  std::function<void()> onDestroying_;  // the same
  std::vector<std::size_t> destroyed_;  // how many subjects each time
  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<eventstore::KeyStore> keys_;
  std::unique_ptr<CommandPath> path_;
};

using Answer = std::future<std::vector<Outcome>>;

bool isThere(const Answer& answer) {
  return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

// Where a thread waits until the test lets it go on.
class Gate {
 public:
  void pass() {
    reached_.set_value();
    open_.get_future().wait();
  }
  void waitUntilReached() { reached_.get_future().wait(); }
  void open() { open_.set_value(); }

 private:
  std::promise<void> reached_;
  std::promise<void> open_;
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

// An erasure among other people's commands, while its key takes long to be destroyed.
class SlowErasure : public ErasurePath {
 protected:
  struct Answers {
    Answer before;
    Answer erasure;
    Answer after;
  };

  // Submits a command, an erasure and another command while the committer is held, so that they
  // become one group, and holds it again at `destroying`. Whether the writer had taken all three by
  // then only the answers say.
  Answers submitThree(const std::string& who, Gate& destroying) {
    Gate committing;
    onCommitted_ = [&] { committing.pass(); };
    const Answer first = submit(hold(who + "-first"), ++id_);
    committing.waitUntilReached();
    Answers answers;
    answers.before = submit(hold(who + "-before"), ++id_);
    answers.erasure = submit(domain::EraseSubject{SubjectId{who}, "asked for"}, ++id_);
    answers.after = submit(hold(who + "-after"), ++id_);
    onDestroying_ = [&] { destroying.pass(); };
    committing.open();
    destroying.waitUntilReached();
    return answers;
  }

  // Whether the three were one group; what holds in any case is expected.
  bool othersAreAnsweredFirst(const std::string& who, const char* outcome) {
    Gate destroying;
    Answers answers = submitThree(who, destroying);
    EXPECT_TRUE(isThere(answers.before)) << "not answered while a key is being destroyed";
    EXPECT_FALSE(isThere(answers.erasure)) << "answered before the key is destroyed";
    EXPECT_FALSE(isErased(SubjectId{who}));
    const bool wereOneGroup = isThere(answers.after);
    destroying.open();
    EXPECT_THAT(codesOf(answers.erasure.get().at(0)), ElementsAre(outcome));
    EXPECT_THAT(codesOf(answers.before.get().at(0)), ElementsAre("done"));
    EXPECT_THAT(codesOf(answers.after.get().at(0)), ElementsAre("done"));
    return wereOneGroup;
  }

  static domain::SubjectCommand hold(const std::string& who) {
    return domain::PlaceLegalHold{SubjectId{who}, "case 7"};
  }

  std::uint64_t id_ = 0;
};

TEST_F(SlowErasure, OthersOfItsGroupAreAnsweredWhileTheKeyIsBeingDestroyed) {
  bool wereOneGroup = false;
  for (int i = 0; i < 200 && !wereOneGroup; ++i) {
    const std::string who = "anna-" + std::to_string(i);
    ASSERT_TRUE(keys_->ensure(who));
    wereOneGroup = othersAreAnsweredFirst(who, "done");
    EXPECT_TRUE(isErased(SubjectId{who}));
  }
  EXPECT_TRUE(wereOneGroup) << "whoever came after the erasure was never answered before it";
}

TEST_F(SlowErasure, OthersAreAnsweredWhenTheKeyCannotBeDestroyed) {
  keyStoreBroken_ = true;
  bool wereOneGroup = false;
  for (int i = 0; i < 200 && !wereOneGroup; ++i) {
    const std::string who = "anna-" + std::to_string(i);
    ASSERT_TRUE(keys_->ensure(who));
    wereOneGroup = othersAreAnsweredFirst(who, "key-not-destroyed");
    EXPECT_FALSE(isErased(SubjectId{who}));
  }
  EXPECT_TRUE(wereOneGroup) << "whoever came after the erasure was never answered before it";
  EXPECT_THAT(codesOf(run(hold("later"), ++id_)), ElementsAre("done"));
  EXPECT_FALSE(path_->stats().failed);
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
