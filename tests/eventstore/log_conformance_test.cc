// The conformance suite over the log of RocksDB: with the index in memory, and with an index that
// is written every few events.
#include <stdexcept>

#include "tests/eventstore/conformance/conformance_reading.h"
#include "tests/eventstore/raw_log.h"

namespace docket::eventstore::testing {
namespace {

class RocksLog : public StoreUnderTest {
 public:
  explicit RocksLog(std::uint64_t eventsPerIndexing) : eventsPerIndexing_(eventsPerIndexing) {
    remake();
  }

  void reopen() override {
    log_.reset();
    LogOptions options;
    options.directory = folder_->path() / "log";
    options.eventsPerIndexing = eventsPerIndexing_;
    auto opened = Log::open(options);
    if (!opened) throw std::runtime_error(opened.error().message);
    log_ = std::move(*opened);
  }
  void remake() override {
    log_.reset();
    folder_ = std::make_unique<TemporaryFolder>();
    reopen();
  }
  void settle() override {
    log_.reset();
    RawLog(folder_->path() / "log").compact();
    RawLog(folder_->path() / "log" / "index").compact();
    reopen();
  }
  bool maintain() override { return log_->writeAnchor().has_value(); }

  std::vector<AppendResult> append(std::span<const Unit> units, Timestamp now) override {
    return log_->append(units, now);
  }
  Position head() const override { return log_->head(); }
  tl::expected<std::optional<Version>, StoreError> lastVersion(
      const StreamId& stream) const override {
    return log_->lastVersion(stream);
  }
  tl::expected<std::optional<KnownCommand>, StoreError> findCommand(
      const CommandId& id) const override {
    return log_->findCommand(id);
  }
  Cursor readAll(const ReadOptions& options) const override {
    return cursorOver(log_->readAll(options));
  }
  Cursor readStream(const StreamId& stream, const ReadOptions& options) const override {
    return cursorOver(log_->readStream(stream, options));
  }

 private:
  static Cursor cursorOver(LogReader reader) {
    const auto shared = std::make_shared<LogReader>(std::move(reader));
    return {[shared] { return shared->next(); }, [shared] { return shared->snapshotHead(); }};
  }

  const std::uint64_t eventsPerIndexing_;
  std::unique_ptr<TemporaryFolder> folder_;
  std::unique_ptr<Log> log_;  // closed before its folder goes
};

Implementation indexedEvery(const std::string& name, std::uint64_t events) {
  return {name, [events] { return std::make_unique<RocksLog>(events); }};
}

const auto kImplementations =
    ::testing::Values(indexedEvery("IndexInMemory", LogOptions().eventsPerIndexing),
                      indexedEvery("IndexOnDisk", 100));

std::string nameOf(const ::testing::TestParamInfo<Implementation>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Rocks, Conformance, kImplementations, nameOf);
INSTANTIATE_TEST_SUITE_P(Rocks, ConformanceReading, kImplementations, nameOf);

}  // namespace
}  // namespace docket::eventstore::testing
