#include "projections/engine.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "projections/fold.h"
#include "projections/row_codec.h"
#include "projections/row_store.h"

namespace docket::projections {
namespace {

using eventstore::Log;
using eventstore::StoreError;

// Raised when the checkpoint or the meta of the store change shape: all views are made again then.
constexpr std::string_view kRowFormat = "1";
constexpr std::uint64_t kRebuildBatchFactor = 4;
// A rebuild that is this close to the head leaves the rest to the projector, which does it at once.
constexpr std::uint64_t kSwitchGapEvents = 1024;

// The rows were folded from events that this log does not have: it is another log, or an older
// copy.
bool foldedFromAnotherPast(const Log& log, const Checkpoint& checkpoint) {
  if (checkpoint.next.value == 0) return false;
  eventstore::ReadOptions options;
  options.from = checkpoint.next.value - 1;
  options.limit = 1;
  eventstore::LogReader reader = log.readAll(options);
  const auto event = reader.next();
  // A log that cannot be read is found out, and told, by the projector.
  if (!event || *event == nullptr) return false;
  return eventstore::sha256((*event)->envelopeBytes) != checkpoint.lastEnvelope;
}

// Why the rows cannot be taken up again; empty: they can.
std::string reasonToStartOver(const Log& log, const Projection& projection,
                              const Checkpoint& checkpoint) {
  if (checkpoint.schemaVersion != projection.schemaVersion()) {
    return "its rows have schema version " + std::to_string(checkpoint.schemaVersion) +
           ", this program's have " + std::to_string(projection.schemaVersion());
  }
  if (checkpoint.next > log.head()) {
    return "it was folded up to position " + std::to_string(checkpoint.next.value) +
           ", beyond the log's head " + std::to_string(log.head().value);
  }
  if (foldedFromAnotherPast(log, checkpoint)) {
    return "the event before position " + std::to_string(checkpoint.next.value) +
           " is not the one it was folded from";
  }
  return {};
}

EngineError toEngineError(RowStoreError error) {
  return {std::move(error.message), error.isDamage};
}

}  // namespace

class Engine::Impl {
 public:
  Impl(const EngineOptions& options, const Log& log, std::unique_ptr<RowStore> store,
       std::vector<std::unique_ptr<Projection>> projections)
      : log_(log),
        feeder_(log),
        store_(std::move(store)),
        projections_(std::move(projections)),
        liveLimits_{std::max<std::uint64_t>(options.batchEvents, 1), std::size_t{4} << 20},
        rebuildLimits_{liveLimits_.events * kRebuildBatchFactor, std::size_t{16} << 20} {}
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Throws ViewDamaged.
  tl::expected<void, EngineError> openViews();

  void start();
  void stop();
  void logGrew();
  void whenAt(std::string_view view, Position next, Done done);
  tl::expected<ViewSnapshot, EngineError> snapshot(std::string_view view) const;
  std::vector<ProjectionStatus> status() const;
  tl::expected<void, EngineError> rebuild(std::string_view view);
  tl::expected<DigestResult, EngineError> digest(std::string_view view) const;

 private:
  struct View {
    const Projection* projection = nullptr;
    std::string name;
    std::unique_ptr<Fold> fold;  // of the serving generation; the projector's alone once it runs
    // The rest is guarded by mutex_.
    std::shared_ptr<Generation> serving;
    std::uint64_t lastGeneration = 0;  // the highest number used
    Position next;
    std::string stoppedBy;
    std::string rebuildError;
  };

  // A generation in the making. `fold` is the rebuild thread's until `ready`, then the projector's.
  struct Rebuild {
    View* view = nullptr;
    std::uint64_t generation = 0;
    std::unique_ptr<Fold> fold;
    Position next;       // guarded by mutex_
    bool ready = false;  // guarded by mutex_
  };

  struct Waiter {
    std::string view;
    Position next;
    Done done;
  };
  enum class Verdict { wait, reached, standsStill };

  tl::expected<void, EngineError> openView(View& view,
                                           std::vector<std::shared_ptr<Generation>>& found);
  tl::expected<std::shared_ptr<Generation>, EngineError> newServing(View& view);
  std::shared_ptr<Generation> servingOf(std::string_view view) const;

  void project();
  bool mustFold() const;
  void foldLive();
  void foldFurthest(const std::vector<Fold*>& candidates, Position head);
  void publish();
  Verdict verdict(std::string_view view, Position next) const;
  std::vector<Waiter> takeWaiters(Verdict wanted);

  void build(const std::shared_ptr<Rebuild>& rebuild);
  tl::expected<bool, std::string> buildUp(Rebuild& rebuild);
  void switchOver();
  tl::expected<void, std::string> catchUpAndSwitch(Rebuild& rebuild);
  void abandonRebuild(Rebuild& rebuild, std::string reason);

  const Log& log_;
  Feeder feeder_;
  std::unique_ptr<RowStore> store_;
  std::vector<std::unique_ptr<Projection>> projections_;
  const BatchLimits liveLimits_;
  const BatchLimits rebuildLimits_;
  std::vector<View> views_;  // fixed after openViews()

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool started_ = false;                // guarded by mutex_
  std::atomic<bool> stopping_ = false;  // written under mutex_
  std::string logFailure_;              // guarded by mutex_; not empty: the log cannot be read
  std::vector<Waiter> waiters_;         // guarded by mutex_
  std::shared_ptr<Rebuild> rebuild_;    // guarded by mutex_; the one that runs
  std::thread rebuildThread_;           // guarded by mutex_

  std::mutex stopMutex_;  // held through stop(), before mutex_
  std::thread projector_;
};

// --- Opening
// --------------------------------------------------------------------------------------

tl::expected<void, EngineError> Engine::Impl::openViews() {
  const std::string origin = std::string(kRowFormat) + "/" + log_.storeId();
  const auto stored = store_->origin();
  if (!stored) return tl::unexpected(toEngineError(stored.error()));
  auto found = store_->takeGenerations();
  std::vector<std::shared_ptr<Generation>> usable;
  if (*stored == origin) {
    usable = found;
  } else if (!found.empty()) {
    spdlog::info("the views are of another log or format: all are made again");
  }
  for (const auto& projection : projections_) {
    View& view = views_.emplace_back();
    view.projection = projection.get();
    view.name = std::string(projection->name());
    for (const auto& generation : found) {
      if (generation->view() != view.name) continue;
      view.lastGeneration = std::max(view.lastGeneration, generation->number());
    }
    if (auto opened = openView(view, usable); !opened) return opened;
  }
  // What serves no view is a rebuild that was cut short, or of a view that this program has not.
  for (const auto& generation : found) {
    const bool serves = std::any_of(views_.begin(), views_.end(),
                                    [&](const View& view) { return view.serving == generation; });
    if (serves) continue;
    if (auto dropped = generation->drop(); !dropped) {
      return tl::unexpected(toEngineError(dropped.error()));
    }
    spdlog::info("dropped generation {} of view {}, which serves nothing", generation->number(),
                 generation->view());
  }
  if (*stored != origin) {
    if (auto set = store_->setOrigin(origin); !set)
      return tl::unexpected(toEngineError(set.error()));
  }
  return {};
}

tl::expected<void, EngineError> Engine::Impl::openView(
    View& view, std::vector<std::shared_ptr<Generation>>& found) {
  const auto number = store_->serving(view.name);
  if (!number) return tl::unexpected(toEngineError(number.error()));
  const auto generation = std::find_if(found.begin(), found.end(), [&](const auto& candidate) {
    return *number && candidate->view() == view.name && candidate->number() == **number;
  });
  if (generation != found.end()) {
    auto fold = std::make_unique<Fold>(*view.projection, *generation);
    const std::string reason = reasonToStartOver(log_, *view.projection, fold->checkpoint());
    if (reason.empty()) {
      view.fold = std::move(fold);
    } else {
      spdlog::info("view {} is made again: {}", view.name, reason);
    }
  }
  if (!view.fold) {
    auto made = newServing(view);
    if (!made) return tl::unexpected(made.error());
    view.fold = std::make_unique<Fold>(*view.projection, *made);
  }
  view.serving = view.fold->generation();
  view.next = view.fold->next();
  view.stoppedBy = view.fold->checkpoint().stoppedBy;
  return {};
}

tl::expected<std::shared_ptr<Generation>, EngineError> Engine::Impl::newServing(View& view) {
  auto made = store_->create(view.name, ++view.lastGeneration);
  if (!made) return tl::unexpected(toEngineError(made.error()));
  if (auto set = store_->setServing(view.name, view.lastGeneration); !set) {
    return tl::unexpected(toEngineError(set.error()));
  }
  return *made;
}

// --- The projector
// --------------------------------------------------------------------------------

void Engine::Impl::start() {
  const std::lock_guard lock(mutex_);
  if (started_ || stopping_) return;
  started_ = true;
  for (View& view : views_) {
    if (view.stoppedBy.empty()) continue;
    spdlog::info("projection {} tries position {} again", view.name, view.next.value);
    view.fold->resume();
    view.stoppedBy.clear();
  }
  projector_ = std::thread([this] { project(); });
}

void Engine::Impl::project() {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto mustSwitch = [&] { return rebuild_ && rebuild_->ready; };
    wake_.wait(lock, [&] { return stopping_ || mustSwitch() || mustFold(); });
    if (stopping_) return;
    const bool switchNow = mustSwitch();
    lock.unlock();
    if (switchNow) switchOver();
    foldLive();
    lock.lock();
    publish();
    const auto reached = takeWaiters(Verdict::reached);
    const auto refused = takeWaiters(Verdict::standsStill);
    lock.unlock();
    for (const Waiter& waiter : reached) waiter.done(true);
    for (const Waiter& waiter : refused) waiter.done(false);
    lock.lock();
  }
}

bool Engine::Impl::mustFold() const {
  if (!logFailure_.empty()) return false;
  const Position head = log_.head();
  return std::any_of(views_.begin(), views_.end(),
                     [&](const View& view) { return view.stoppedBy.empty() && view.next < head; });
}

// One batch for the views near the head, and one for those far behind: a view that is made again
// from the beginning does not hold up the others.
void Engine::Impl::foldLive() {
  const Position head = log_.head();
  std::vector<Fold*> near;
  std::vector<Fold*> far;
  for (const View& view : views_) {
    if (view.fold->stopped() || view.fold->next() == head) continue;
    const bool isNear = view.fold->next().value + kSwitchGapEvents >= head.value;
    (isNear ? near : far).push_back(view.fold.get());
  }
  foldFurthest(near, head);
  foldFurthest(far, head);
}

// Folds one batch into those that are furthest behind, at most up to where the next ones stand:
// from there on they go together, and each event is decoded once for all of them.
void Engine::Impl::foldFurthest(const std::vector<Fold*>& candidates, Position head) {
  if (candidates.empty()) return;
  Position begin = head;
  for (const Fold* fold : candidates) begin = std::min(begin, fold->next());
  Position end = head;
  std::vector<Fold*> folds;
  for (Fold* fold : candidates) {
    if (fold->next() == begin) {
      folds.push_back(fold);
    } else {
      end = std::min(end, fold->next());
    }
  }
  if (auto folded = feeder_.foldBatch(folds, end, liveLimits_); !folded) {
    spdlog::error("the projections stand still: the log cannot be read: {}",
                  folded.error().message);
    const std::lock_guard lock(mutex_);
    logFailure_ = "the log cannot be read: " + folded.error().message;
  }
}

// REQUIRES: mutex_ is held.
void Engine::Impl::publish() {
  for (View& view : views_) {
    view.next = view.fold->next();
    view.stoppedBy = view.fold->checkpoint().stoppedBy;
    if (view.stoppedBy.empty()) view.stoppedBy = logFailure_;
  }
}

// REQUIRES: mutex_ is held.
Engine::Impl::Verdict Engine::Impl::verdict(std::string_view name, Position next) const {
  const auto view = std::find_if(views_.begin(), views_.end(),
                                 [&](const View& candidate) { return candidate.name == name; });
  if (view == views_.end()) return Verdict::standsStill;
  if (view->next >= next) return Verdict::reached;
  return view->stoppedBy.empty() ? Verdict::wait : Verdict::standsStill;
}

// REQUIRES: mutex_ is held.
std::vector<Engine::Impl::Waiter> Engine::Impl::takeWaiters(Verdict wanted) {
  const auto taken = std::stable_partition(
      waiters_.begin(), waiters_.end(),
      [&](const Waiter& waiter) { return verdict(waiter.view, waiter.next) != wanted; });
  std::vector<Waiter> result(std::make_move_iterator(taken),
                             std::make_move_iterator(waiters_.end()));
  waiters_.erase(taken, waiters_.end());
  return result;
}

void Engine::Impl::logGrew() {
  // The lock is what keeps a wake-up from falling between the projector's look and its sleep.
  { const std::lock_guard lock(mutex_); }
  wake_.notify_one();
}

void Engine::Impl::whenAt(std::string_view view, Position next, Done done) {
  Verdict now = Verdict::standsStill;
  {
    const std::lock_guard lock(mutex_);
    now = verdict(view, next);
    if (now == Verdict::wait && stopping_) now = Verdict::standsStill;
    if (now == Verdict::wait) {
      waiters_.push_back({std::string(view), next, std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  done(now == Verdict::reached);
}

void Engine::Impl::stop() {
  const std::lock_guard stopping(stopMutex_);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (projector_.joinable()) projector_.join();
  if (rebuildThread_.joinable()) rebuildThread_.join();
  std::vector<Waiter> waiters;
  std::shared_ptr<Rebuild> cutShort;
  {
    const std::lock_guard lock(mutex_);
    waiters.swap(waiters_);
    cutShort.swap(rebuild_);
  }
  for (const Waiter& waiter : waiters) waiter.done(false);
  if (cutShort && cutShort->fold) {
    spdlog::info("the rebuild of view {} is cut short by the stop", cutShort->view->name);
    // If this fails the next open does it.
    if (auto dropped = cutShort->fold->generation()->drop(); !dropped) {
      spdlog::warn("{}", dropped.error().message);
    }
  }
  for (const View& view : views_) {
    if (!view.serving) continue;  // it never opened
    if (auto flushed = view.serving->flush(); !flushed) {
      // Nothing is lost: the next start folds on from what was flushed before.
      spdlog::warn("view {}: {}", view.name, flushed.error().message);
    }
  }
}

// --- Rebuilding
// -----------------------------------------------------------------------------------

tl::expected<void, EngineError> Engine::Impl::rebuild(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto view = std::find_if(views_.begin(), views_.end(),
                                 [&](const View& candidate) { return candidate.name == name; });
  if (view == views_.end()) {
    return tl::unexpected(EngineError{"there is no projection \"" + std::string(name) + "\""});
  }
  if (!started_ || stopping_) {
    return tl::unexpected(EngineError{"the projections are not running"});
  }
  if (rebuild_) {
    return tl::unexpected(
        EngineError{"a rebuild of \"" + rebuild_->view->name + "\" is running; wait for its end"});
  }
  // The thread of an earlier rebuild has let go of rebuild_, which is the last that it does.
  if (rebuildThread_.joinable()) rebuildThread_.join();
  rebuild_ = std::make_shared<Rebuild>();
  rebuild_->view = &*view;
  rebuild_->generation = ++view->lastGeneration;
  view->rebuildError.clear();
  rebuildThread_ = std::thread([this, rebuild = rebuild_] { build(rebuild); });
  return {};
}

void Engine::Impl::build(const std::shared_ptr<Rebuild>& rebuild) {
  tl::expected<bool, std::string> built;
  try {
    built = buildUp(*rebuild);
  } catch (const ViewDamaged& damaged) {
    built = tl::unexpected(std::string(damaged.what()));
  }
  if (!built) return abandonRebuild(*rebuild, std::move(built.error()));
  if (!*built) return;  // stop() clears up
  {
    const std::lock_guard lock(mutex_);
    rebuild->ready = true;
  }
  wake_.notify_one();
}

// True: near the head and flushed; false: told to stop; else why it cannot be.
tl::expected<bool, std::string> Engine::Impl::buildUp(Rebuild& rebuild) {
  auto made = store_->create(rebuild.view->name, rebuild.generation);
  if (!made) return tl::unexpected(made.error().message);
  rebuild.fold = std::make_unique<Fold>(*rebuild.view->projection, *made);
  Fold& fold = *rebuild.fold;
  Fold* const folds[] = {&fold};
  spdlog::info("rebuilding view {} as generation {}", rebuild.view->name, rebuild.generation);
  while (fold.next().value + kSwitchGapEvents < log_.head().value) {
    if (stopping_) return false;
    if (auto folded = feeder_.foldBatch(folds, log_.head(), rebuildLimits_); !folded) {
      return tl::unexpected("the log cannot be read: " + folded.error().message);
    }
    if (fold.stopped()) return tl::unexpected(fold.checkpoint().stoppedBy);
    const std::lock_guard lock(mutex_);
    rebuild.next = fold.next();
  }
  // Here and not in the switch, so that the live views do not wait for the bulk of it.
  if (auto flushed = fold.generation()->flush(); !flushed) {
    return tl::unexpected(flushed.error().message);
  }
  return true;
}

// On the projector thread, so that neither generation moves meanwhile.
void Engine::Impl::switchOver() {
  std::shared_ptr<Rebuild> rebuild;
  {
    const std::lock_guard lock(mutex_);
    rebuild = rebuild_;
  }
  const std::shared_ptr<Generation> old = rebuild->view->serving;
  if (auto switched = catchUpAndSwitch(*rebuild); !switched) {
    return abandonRebuild(*rebuild, std::move(switched.error()));
  }
  spdlog::info("view {} now serves generation {}, folded up to position {}", rebuild->view->name,
               rebuild->generation, rebuild->view->fold->next().value);
  if (auto dropped = old->drop(); !dropped) spdlog::warn("{}", dropped.error().message);
}

tl::expected<void, std::string> Engine::Impl::catchUpAndSwitch(Rebuild& rebuild) {
  View& view = *rebuild.view;
  Fold& fold = *rebuild.fold;
  Fold* const folds[] = {&fold};
  // Answers never go back to an earlier position. Rows that stand still are no measure: the new
  // ones must show that they get past what stopped them.
  const Position end = view.fold->stopped() ? log_.head() : view.fold->next();
  while (fold.next() < end) {
    if (auto folded = feeder_.foldBatch(folds, end, rebuildLimits_); !folded) {
      return tl::unexpected("the log cannot be read: " + folded.error().message);
    }
    if (fold.stopped()) return tl::unexpected(fold.checkpoint().stoppedBy);
  }
  // Rows first, then the record that they serve: a crash in between leaves the old ones serving.
  if (auto flushed = fold.generation()->flush(); !flushed) {
    return tl::unexpected(flushed.error().message);
  }
  if (auto set = store_->setServing(view.name, rebuild.generation); !set) {
    return tl::unexpected(set.error().message);
  }
  const std::lock_guard lock(mutex_);
  view.fold = std::move(rebuild.fold);
  view.serving = view.fold->generation();
  publish();
  rebuild_.reset();
  return {};
}

void Engine::Impl::abandonRebuild(Rebuild& rebuild, std::string reason) {
  spdlog::error("the rebuild of view {} came to nothing, generation {} keeps serving: {}",
                rebuild.view->name, rebuild.view->serving->number(), reason);
  if (rebuild.fold) {
    if (auto dropped = rebuild.fold->generation()->drop(); !dropped) {
      spdlog::warn("{}", dropped.error().message);
    }
  }
  const std::lock_guard lock(mutex_);
  rebuild.view->rebuildError = std::move(reason);
  rebuild_.reset();
}

// --- Questions
// ------------------------------------------------------------------------------------

std::shared_ptr<Generation> Engine::Impl::servingOf(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (const View& view : views_) {
    if (view.name == name) return view.serving;
  }
  return nullptr;
}

tl::expected<ViewSnapshot, EngineError> Engine::Impl::snapshot(std::string_view name) const {
  auto generation = servingOf(name);
  if (!generation) {
    return tl::unexpected(EngineError{"there is no projection \"" + std::string(name) + "\""});
  }
  try {
    auto rows = std::make_shared<SnapshotRows>(std::move(generation));
    const auto stored = rows->checkpoint();
    const Position next = stored ? decodeCheckpoint(*stored).next : Position{};
    return ViewSnapshot{next, std::move(rows)};
  } catch (const ViewDamaged& damaged) {
    return tl::unexpected(EngineError{damaged.what(), true});
  }
}

std::vector<ProjectionStatus> Engine::Impl::status() const {
  const Position head = log_.head();
  const std::lock_guard lock(mutex_);
  std::vector<ProjectionStatus> result;
  for (const View& view : views_) {
    ProjectionStatus& status = result.emplace_back();
    status.name = view.name;
    status.schemaVersion = view.projection->schemaVersion();
    status.generation = view.serving->number();
    status.next = view.next;
    status.head = std::max(head, view.next);
    status.stoppedBy = view.stoppedBy;
    status.stoppedAt = view.next;
    status.rebuildError = view.rebuildError;
    if (rebuild_ && rebuild_->view == &view) {
      status.rebuilding = true;
      status.rebuildNext = rebuild_->next;
    }
  }
  return result;
}

tl::expected<Engine::DigestResult, EngineError> Engine::Impl::digest(std::string_view name) const {
  const auto view = snapshot(name);
  if (!view) return tl::unexpected(view.error());
  DigestResult result;
  result.next = view->next;
  eventstore::Digest digest;
  std::string link;
  try {
    view->rows->scan({}, [&](std::string_view key, std::string_view value) {
      link.assign(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
      bytes::putBigEndian(link, key.size());
      link.append(key).append(value);
      digest = eventstore::sha256(std::as_bytes(std::span(link)));
      ++result.rows;
      return true;
    });
  } catch (const ViewDamaged& damaged) {
    return tl::unexpected(EngineError{damaged.what(), true});
  }
  result.sha256 = eventstore::toHex(digest.bytes);
  return result;
}

// --- The public face
// ------------------------------------------------------------------------------

tl::expected<std::unique_ptr<Engine>, EngineError> Engine::open(
    const EngineOptions& options, const Log& log,
    std::vector<std::unique_ptr<Projection>> projections) {
  auto store = RowStore::open(options.directory, options.writeBufferBytes);
  if (!store) return tl::unexpected(toEngineError(store.error()));
  auto impl = std::make_unique<Impl>(options, log, std::move(*store), std::move(projections));
  try {
    if (auto opened = impl->openViews(); !opened) return tl::unexpected(opened.error());
  } catch (const ViewDamaged& damaged) {
    return tl::unexpected(EngineError{damaged.what(), true});
  }
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

void Engine::start() {
  impl_->start();
}
void Engine::stop() {
  impl_->stop();
}
void Engine::logGrew() {
  impl_->logGrew();
}
void Engine::whenAt(std::string_view view, Position next, Done done) {
  impl_->whenAt(view, next, std::move(done));
}
tl::expected<ViewSnapshot, EngineError> Engine::snapshot(std::string_view view) const {
  return impl_->snapshot(view);
}
std::vector<ProjectionStatus> Engine::status() const {
  return impl_->status();
}
tl::expected<void, EngineError> Engine::rebuild(std::string_view view) {
  return impl_->rebuild(view);
}
tl::expected<Engine::DigestResult, EngineError> Engine::digest(std::string_view view) const {
  return impl_->digest(view);
}

}  // namespace docket::projections
