// What the store publishes and exports, checked by docket-verify: two programs that share nothing
// but docs/FORMATS.md must agree.
#include <fstream>
#include <string>
#include <vector>

#include "client/verify/commands.h"
#include "eventstore/publisher.h"
#include "eventstore/tiles.h"
#include "tests/eventstore/store_testing.h"

namespace docket::client::verify {
namespace {

namespace fs = std::filesystem;
namespace store = docket::eventstore::testing;
using ::testing::HasSubstr;

class VerifyStoreProofs : public store::LogTest {
 protected:
  fs::path data() const { return directory().parent_path(); }
  std::string path(const std::string& name) const { return (data() / name).string(); }

  eventstore::PublisherOptions publishing() const {
    return {
        .keys = data() / "keys", .checkpoint = data() / "checkpoint", .origin = "log.example/x"};
  }

  void SetUp() override {
    open();
    std::ofstream(path("VERSION")) << "1\n";
  }

  void grow(std::uint64_t events) {
    std::vector<eventstore::NewEvent> all;
    for (std::uint64_t i = 0; i < events; ++i, ++number_) {
      all.push_back(store::event("s/" + std::to_string(number_ % 5), std::to_string(number_)));
    }
    ++command_;
    append(store::unit(command_, std::move(all)), 1'000'000 + static_cast<int>(command_));
  }

  std::unique_ptr<eventstore::CheckpointPublisher> publisher() {
    auto opened = eventstore::CheckpointPublisher::open(log(), publishing());
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  std::string write(const std::string& name, const std::string& content) {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  void exportTo(const std::string& name, const eventstore::CheckpointPublisher& from) {
    const auto keys = eventstore::loadVerifierKeys(data() / "keys");
    ASSERT_TRUE(keys);
    const auto done = eventstore::exportTiles(log(), from.latest(), *keys,
                                              {.directory = data() / name, .payloads = true});
    ASSERT_TRUE(done) << done.error().message;
  }

  template <class Command>
  std::string problem(const Command& command) {
    Progress progress(false);
    const auto finding = run(command, progress);
    return finding ? "" : finding.error().sentence;
  }

  std::uint64_t number_ = 0;
  std::uint64_t command_ = 0;
};

TEST_F(VerifyStoreProofs, AnExportThatGrowsHoldsAtEverySize) {
  std::vector<std::string> checkpoints;
  for (const std::uint64_t events : {1, 254, 1, 44, 300, 1'000}) {
    grow(events);
    const auto published = publisher();
    exportTo("export", *published);
    EXPECT_EQ(problem(TilesCommand{path("export"), {path("keys/signing.vkey")}, checkpoints, true}),
              "");
    checkpoints.push_back(write("at-" + std::to_string(number_), published->latest().note));
  }
  EXPECT_EQ(problem(TilesCommand{path("export"), {path("export/log.vkey")}, checkpoints, true}),
            "");
}

TEST_F(VerifyStoreProofs, EveryProofHolds) {
  grow(300);
  const std::string old = write("old", publisher()->latest().note);
  grow(333);
  const auto published = publisher();
  const std::string note = write("new", published->latest().note);
  const std::vector<std::string> keys = {path("keys/signing.vkey")};
  for (const std::uint64_t position : {0, 1, 255, 256, 511, 600, 632}) {
    const auto proof = published->proveInclusion(eventstore::Position{position});
    ASSERT_TRUE(proof) << proof.error().message;
    const std::string payload = write("payload", std::to_string(position));
    const std::string file = write("event.tlog-proof", proof->text);
    EXPECT_EQ(problem(ProofCommand{file, keys, payload}), "") << position;
  }
  const auto proof = published->proveConsistency(eventstore::Position{300});
  ASSERT_TRUE(proof) << proof.error().message;
  const std::string file = write("p.tlog-consistency", proof->text);
  EXPECT_EQ(problem(ConsistencyCommand{old, note, keys, file, {}, {}}), "");
  EXPECT_THAT(problem(ConsistencyCommand{note, note, keys, file, {}, {}}), HasSubstr("leads from"));
}

TEST_F(VerifyStoreProofs, ADataDirectoryHoldsAndARotatedKeyIsTrustedByTheOldOne) {
  grow(700);
  const std::string old = write("old", publisher()->latest().note);
  fs::copy_file(path("keys/signing.vkey"), path("old.vkey"));
  grow(10);
  const auto rotated = eventstore::rotateSigningKey(log(), publishing());
  ASSERT_TRUE(rotated) << rotated.error().message;
  fs::copy_file(path("keys/signing.vkey"), path("new.vkey"));
  const std::string both = write("both", publisher()->latest().note);
  grow(10);
  const std::string latest = write("latest", publisher()->latest().note);
  close();
  const std::vector<std::string> keys = {path("old.vkey"), path("new.vkey")};
  EXPECT_EQ(problem(DataCommand{data().string(), keys, {old, both, latest}}), "");
  EXPECT_EQ(problem(ConsistencyCommand{old, both, {path("old.vkey")}, {}, {}, {}}).substr(0, 26),
            "the checkpoints are of 700");
  EXPECT_EQ(problem(ConsistencyCommand{both, latest, {path("new.vkey")}, {}, {}, {}}).substr(0, 26),
            "the checkpoints are of 710");
  EXPECT_THAT(problem(DataCommand{data().string(), {path("old.vkey")}, {}}),
              HasSubstr("not signed by any of the keys"));
}

}  // namespace
}  // namespace docket::client::verify
