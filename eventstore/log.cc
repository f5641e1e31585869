#include "eventstore/log.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <utility>

#include "eventstore/anchor.h"
#include "eventstore/backup_create.h"
#include "eventstore/commit_group.h"
#include "eventstore/database.h"
#include "eventstore/event_index.h"
#include "eventstore/indexer.h"
#include "eventstore/keys.h"
#include "eventstore/limits.h"
#include "eventstore/lookup.h"
#include "eventstore/open_check.h"
#include "eventstore/reader.h"
#include "eventstore/stager.h"
#include "eventstore/tree.h"
#include "eventstore/verify.h"

namespace docket::eventstore {

namespace {

StoreError beyondHead(std::string_view what, std::uint64_t value, Position head) {
  return {StoreErrorCode::invalid, std::string(what) + " " + std::to_string(value) +
                                       " is beyond the log, which has " +
                                       std::to_string(head.value) + " events"};
}

// A copy: what the database pins must not outlive it.
tl::expected<std::string, StoreError> readStoreId(const Database& database) {
  rocksdb::PinnableSlice value;
  const auto found = database.get(Family::meta, keys::kStoreId, value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return tl::unexpected(database.corrupt("its store id is missing"));
  return value.ToString();
}

}  // namespace

class Log::Impl {
 public:
  Impl(std::unique_ptr<Database> opened, std::unique_ptr<EventIndex> openedIndex,
       std::string storeName, const Head& head, const LogOptions& options)
      : database(std::move(opened)),
        index(std::move(openedIndex)),
        storeId(std::move(storeName)),
        readOnly(options.readOnly),
        stager(*database, *index, head,
               {[this] { return this->head(); }, [this] { return refusal(); },
                [this](const StoreError& error) { fail(error); }}),
        indexer(*database, *index, options.eventsPerIndexing, head.next),
        durable(head),
        visibleHead(head.next.value) {}

  Position head() const { return {visibleHead.load(std::memory_order_acquire)}; }

  std::optional<StoreError> refusal() const {
    if (readOnly) {
      return StoreError{StoreErrorCode::readOnly, "the log in " + database->directory().string() +
                                                      " is open for reading only"};
    }
    if (failed.load(std::memory_order_acquire)) return failedError();
    return std::nullopt;
  }

  void fail(const StoreError& why) {
    if (failed.exchange(true, std::memory_order_acq_rel)) return;
    spdlog::critical("{}; the log takes no more writes", why.message);
    if (why.code == StoreErrorCode::corrupt && !readOnly) index->distrust();
  }

  StoreError failedError() const {
    return {StoreErrorCode::failed, "the log in " + database->directory().string() +
                                        " takes no more writes: an earlier one failed; restart"};
  }

  // The moment at which a written group can be seen.
  void publish(const Head& head) {
    const std::lock_guard lock(durableMutex);
    durable = head;
    visibleHead.store(head.next.value, std::memory_order_release);
  }

  Head durableHead() const {
    const std::lock_guard lock(durableMutex);
    return durable;
  }

  const std::unique_ptr<Database> database;
  const std::unique_ptr<EventIndex> index;
  const std::string storeId;
  const bool readOnly;
  std::atomic<bool> failed = false;
  Stager stager;  // the staging thread's
  Indexer indexer;

  std::mutex anchorMutex;  // held while the anchor file is written
  Anchor anchored;         // what it says

 private:
  mutable std::mutex durableMutex;
  Head durable;
  std::atomic<std::uint64_t> visibleHead;
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

tl::expected<std::unique_ptr<Log>, StoreError> Log::open(const LogOptions& options) {
  auto database = Database::open(options);
  if (!database) return tl::unexpected(std::move(database.error()));
  const auto head = checkOpening(**database, options.create && !options.readOnly);
  if (!head) return tl::unexpected(head.error());
  const auto storeId = readStoreId(**database);
  if (!storeId) return tl::unexpected(storeId.error());
  auto index = openIndex(**database, *storeId, head->next, options);
  if (!index) return tl::unexpected(std::move(index.error()));
  auto impl =
      std::make_unique<Impl>(std::move(*database), std::move(*index), *storeId, *head, options);
  if (!options.readOnly) {
    // Before the first event: a log with events and without an anchor is then known to be damaged.
    impl->anchored = {head->next, head->frontier.root()};
    if (auto stored = storeAnchor(options.directory, impl->anchored, options.env); !stored) {
      return tl::unexpected(std::move(stored.error()));
    }
  }
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

Log::~Log() {
  if (impl_->readOnly || hasFailed()) return;
  if (const auto written = writeAnchor(); !written) {
    spdlog::error("the log was closed without its anchor: {}", written.error().message);
  }
}

std::vector<AppendResult> Log::append(std::span<const Unit> units, Timestamp now) {
  StagedGroup group = stage(now);
  for (const Unit& unit : units) group.add(unit);
  group.close();
  return commit(std::move(group));
}

StagedGroup::StagedGroup(Stager& stager, std::unique_ptr<CommitGroup> group)
    : stager_(&stager), group_(std::move(group)) {}
StagedGroup::~StagedGroup() = default;
StagedGroup::StagedGroup(StagedGroup&& other) noexcept
    : stager_(std::exchange(other.stager_, nullptr)), group_(std::move(other.group_)) {}
StagedGroup& StagedGroup::operator=(StagedGroup&& other) noexcept {
  stager_ = std::exchange(other.stager_, nullptr);
  group_ = std::move(other.group_);
  return *this;
}

void StagedGroup::add(const Unit& unit) {
  if (stager_ == nullptr) std::abort();
  stager_->add(unit, *group_);
}

void StagedGroup::close() {
  if (stager_ == nullptr) return;
  std::exchange(stager_, nullptr)->finish();
}

StagedGroup Log::stage(Timestamp now) {
  if (!impl_->refusal()) {
    if (const auto indexed = impl_->indexer.keepUp(); !indexed) impl_->fail(indexed.error());
  }
  return StagedGroup(impl_->stager, impl_->stager.begin(now));
}

std::vector<AppendResult> Log::commit(StagedGroup staged) {
  staged.close();
  CommitGroup& group = *staged.group_;
  std::optional<StoreError> refusal = impl_->refusal();
  // Committed out of the order of staging, or after one that was dropped.
  if (!refusal && group.begin() != impl_->head()) std::abort();
  if (!refusal && !group.empty()) {
    group.seal(*impl_->database, impl_->durableHead());
    if (const auto written = impl_->database->writeSynced(group.batch()); !written) {
      impl_->fail(written.error());
      refusal = impl_->failedError();
    } else {
      impl_->publish(group.head());
      impl_->indexer.madeDurable(group.head().next);
    }
  }
  std::vector<CommitGroup::Answer> answers = group.takeAnswers();
  std::vector<AppendResult> results;
  results.reserve(answers.size());
  for (CommitGroup::Answer& answer : answers) {
    if (refusal && answer.restsOnStaged) {
      results.push_back(tl::unexpected(AppendFailure(*refusal)));
    } else {
      results.push_back(std::move(answer.result));
    }
  }
  return results;
}

Position Log::head() const {
  return impl_->head();
}

tl::expected<std::optional<Version>, StoreError> Log::lastVersion(const StreamId& stream) const {
  if (stream.kind.size() > kMaxStreamPartBytes || stream.id.size() > kMaxStreamPartBytes) {
    return std::nullopt;  // no such stream can be
  }
  const auto tip =
      impl_->index->findTip(keys::stream(stream.kind, stream.id).view(), impl_->head());
  if (!tip) return tl::unexpected(tip.error());
  if (!*tip) return std::nullopt;
  return (*tip)->version;
}

tl::expected<std::optional<KnownCommand>, StoreError> Log::findCommand(const CommandId& id) const {
  impl_->index->prefetchCommand(impl_->index->commandHash(id));
  const auto found = eventstore::findCommand(*impl_->database, *impl_->index, id, impl_->head());
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  const auto answer = repeatedAnswer(*impl_->database, **found);
  if (!answer) return tl::unexpected(answer.error());
  return KnownCommand{(*found)->fingerprint, *answer};
}

LogReader Log::readAll(const ReadOptions& options) const {
  return LogReader(std::make_unique<LogReader::Impl>(*impl_->database, impl_->head(), options));
}

LogReader Log::readStream(const StreamId& stream, const ReadOptions& options) const {
  return LogReader(std::make_unique<LogReader::Impl>(*impl_->database, *impl_->index, stream,
                                                     impl_->head(), options));
}

tl::expected<void, StoreError> Log::writeAnchor() {
  if (const auto refusal = impl_->refusal()) return tl::unexpected(*refusal);
  const std::lock_guard lock(impl_->anchorMutex);
  const Head head = impl_->durableHead();
  const Anchor anchor{head.next, head.frontier.root()};
  if (anchor == impl_->anchored) return {};
  if (auto stored = storeAnchor(impl_->database->directory(), anchor, impl_->database->env());
      !stored)
    return stored;
  impl_->anchored = anchor;
  return {};
}

Log::TreeHead Log::treeHead() const {
  const Head head = impl_->durableHead();
  return {head.next.value, head.frontier.root()};
}

tl::expected<Digest, StoreError> Log::rootAt(Position size) const {
  if (size > head()) return tl::unexpected(beyondHead("tree size", size.value, head()));
  const auto frontier = readFrontier(*impl_->database, size);
  if (!frontier) return tl::unexpected(frontier.error());
  return frontier->root();
}

tl::expected<Digest, StoreError> Log::treeNode(unsigned level, std::uint64_t index) const {
  const bool inside = level < 64 && index < head().value >> level;
  if (!inside) return tl::unexpected(beyondHead("tree node", index, head()));
  return readNode(*impl_->database, level, index);
}

tl::expected<std::vector<Digest>, StoreError> Log::inclusionProof(Position leaf,
                                                                  Position size) const {
  if (size > head()) return tl::unexpected(beyondHead("tree size", size.value, head()));
  if (leaf >= size) {
    return tl::unexpected(
        StoreError{StoreErrorCode::invalid, "position " + std::to_string(leaf.value) +
                                                " is not in a tree of " +
                                                std::to_string(size.value) + " events"});
  }
  return readRanges(*impl_->database, inclusionRanges(leaf.value, size.value));
}

tl::expected<std::vector<Digest>, StoreError> Log::consistencyProof(Position oldSize,
                                                                    Position newSize) const {
  if (newSize > head()) return tl::unexpected(beyondHead("tree size", newSize.value, head()));
  if (oldSize > newSize) {
    return tl::unexpected(
        StoreError{StoreErrorCode::invalid, "the tree of " + std::to_string(oldSize.value) +
                                                " events is larger than the one of " +
                                                std::to_string(newSize.value)});
  }
  return readRanges(*impl_->database, consistencyRanges(oldSize.value, newSize.value));
}

tl::expected<VerifyReport, StoreError> Log::verify(const VerifyOptions& options) const {
  return verifyLog(
      *impl_->database, *impl_->index, [this] { return impl_->durableHead(); }, options);
}

tl::expected<BackupDescription, StoreError> Log::backUp(const BackupOptions& options) const {
  const auto durableHead = [this]() -> tl::expected<Head, StoreError> {
    if (const auto refusal = impl_->refusal()) return tl::unexpected(*refusal);
    return impl_->durableHead();
  };
  return createBackup({*impl_->database, impl_->storeId, durableHead}, options);
}

bool Log::hasFailed() const {
  return impl_->failed.load(std::memory_order_acquire);
}

const std::string& Log::storeId() const {
  return impl_->storeId;
}

std::uint64_t Log::diskBytes() const {
  // Files come and go while we look, so what cannot be read counts nothing.
  std::uint64_t bytes = 0;
  std::error_code error;
  using Entries = std::filesystem::recursive_directory_iterator;
  Entries entry(impl_->database->directory(), error);
  for (; !error && entry != Entries(); entry.increment(error)) {
    std::error_code gone;
    const std::uint64_t size = entry->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace docket::eventstore
