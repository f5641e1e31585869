#include "eventstore/indexer.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "eventstore/lookup.h"
#include "eventstore/tree.h"

namespace docket::eventstore {
namespace {

// Below this a missing index is not worth a line in the log.
constexpr std::uint64_t kEventsWorthALine = 1'000'000;

tl::expected<void, StoreError> storeSegment(const Database& database, EventIndex& index,
                                            const TailSegment& segment) {
  const auto frontier = readFrontier(database, segment.end());
  if (!frontier) return tl::unexpected(frontier.error());
  return index.store(segment, frontier->root());
}

// Of this thread: no command waits for it, and every command waits for those that stage and commit.
// On Linux niceness is a thread's own. What it cannot be lowered to it stays at.
void letOthersGoFirst() {
  constexpr int kNiceness = 10;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
}

}  // namespace

tl::expected<std::unique_ptr<EventIndex>, StoreError> openIndex(const Database& database,
                                                                const std::string& storeId,
                                                                Position head,
                                                                const LogOptions& options) {
  auto index = EventIndex::open(database, storeId, head, options.readOnly);
  if (!index) return index;
  const std::uint64_t perSegment =
      options.readOnly ? std::numeric_limits<std::uint64_t>::max() : options.eventsPerIndexing;
  std::uint64_t lastSaid = (*index)->reach().end.value;
  for (Position reached = (*index)->reach().end; reached < head;) {
    tl::expected<void, StoreError> loaded;
    bool full = false;
    (*index)->tail().extend([&](TailSegment& segment) {
      loaded = loadSegment(database, **index, head, perSegment, segment);
      reached = segment.end();
      full = segment.events() >= perSegment;
    });
    if (!loaded) return tl::unexpected(loaded.error());
    if (!full) break;
    const auto segment = (*index)->tail().freeze();
    if (auto stored = storeSegment(database, **index, *segment); !stored) {
      return tl::unexpected(stored.error());
    }
    (*index)->tail().dropFrozen();
    while (true) {
      const auto more = (*index)->mergeSome(perSegment);
      if (!more) return tl::unexpected(more.error());
      if (!*more) break;
    }
    if (reached.value - lastSaid >= kEventsWorthALine) {
      spdlog::info("index: {} of {} events", reached.value, head.value);
      lastSaid = reached.value;
    }
  }
  return index;
}

Indexer::Indexer(const Database& database, EventIndex& index, std::uint64_t eventsPerSegment,
                 Position durable)
    : database_(database), index_(index), eventsPerSegment_(eventsPerSegment), durable_(durable) {}

Indexer::~Indexer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

tl::expected<void, StoreError> Indexer::keepUp() {
  if (index_.tail().activeEvents() < eventsPerSegment_) return {};
  std::unique_lock lock(mutex_);
  // A segment that waits for a commit is not waited for: that commit may be this thread's to make.
  changed_.wait(lock, [&] { return failure_ || !canStore(); });
  if (failure_) return tl::unexpected(*failure_);
  if (segment_) return {};
  segment_ = index_.tail().freeze();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
  return {};
}

void Indexer::madeDurable(Position head) {
  const std::lock_guard lock(mutex_);
  durable_ = head;
  if (canStore()) changed_.notify_all();
}

// Stores what is handed over; in between it merges, as long as there is something to merge.
void Indexer::run() {
  letOthersGoFirst();
  bool merging = true;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || canStore() || merging; });
    const auto segment = canStore() ? segment_ : nullptr;
    if (ending_ && !segment) return;
    lock.unlock();
    tl::expected<void, StoreError> done;
    if (segment) {
      done = store(*segment);
      merging = true;
    } else {
      merging = mergeSome();
    }
    lock.lock();
    if (!done) {
      spdlog::error("{}", done.error().message);
      failure_ = std::move(done.error());
    }
    if (segment) segment_ = nullptr;
    changed_.notify_all();
    if (failure_) return;
  }
}

// A merge only makes look-ups cheaper: one that fails is given up, and tried again after the next
// segment.
bool Indexer::mergeSome() {
  const auto more = index_.mergeSome(eventsPerSegment_);
  if (more) return *more;
  spdlog::warn("the index could not be merged: {}", more.error().message);
  if (more.error().code == StoreErrorCode::corrupt) index_.distrust();
  return false;
}

// Without the segment in the index, the tail keeps it, so nothing is ever lost to look-ups.
tl::expected<void, StoreError> Indexer::store(const TailSegment& segment) {
  return storeSegment(database_, index_, segment).map([&] { index_.tail().dropFrozen(); });
}

}  // namespace docket::eventstore
