#include "tests/eventstore/modelled_backups.h"

#include <rapidcheck.h>

#include <algorithm>
#include <utility>

#include "eventstore/bytes.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;

// A directory that is not there before and after.
class Scratch {
 public:
  explicit Scratch(fs::path path) : path_(std::move(path)) { fs::create_directory(path_); }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

 private:
  const fs::path path_;
};

RestoreLimit drawLimit(Draw& draw, Position head, Timestamp now) {
  switch (draw.below(5)) {
    case 0:
      return {};
    case 1:
      return at(static_cast<std::int64_t>(
          draw.below(static_cast<std::uint64_t>(now.time_since_epoch().count()) + 2)));
    case 2:
      return Position{draw.below(head.value + 2)};
    default:
      return Position{head.value - std::min(head.value, draw.below(20))};
  }
}

// Where a log of `head` events ends under this limit.
std::uint64_t endUnder(const LogModel& model, std::uint64_t head, const RestoreLimit& limit) {
  if (const auto* position = std::get_if<Position>(&limit)) return model.unitEnd(position->value);
  if (const auto* instant = std::get_if<Timestamp>(&limit)) {
    return model.unitEnd(model.firstRecordedAfter(*instant, head));
  }
  return head;
}

// The first `end` events of both have the same bytes, and `restored` has no more.
void compareBytes(const Log& original, const Log& restored, std::uint64_t end) {
  LogReader left = original.readAll({.limit = end});
  LogReader right = restored.readAll();
  for (;;) {
    const auto expected = left.next();
    const auto got = right.next();
    if (!expected) RC_FAIL(expected.error().message);
    if (!got) RC_FAIL(got.error().message);
    RC_ASSERT((*expected == nullptr) == (*got == nullptr));
    if (*got == nullptr) return;
    RC_ASSERT(asText((*got)->envelopeBytes) == asText((*expected)->envelopeBytes));
    RC_ASSERT(asText((*got)->payload) == asText((*expected)->payload));
  }
}

}  // namespace

// Each with the time when it was written: one that is copied again has another.
ModelledBackups::Tables ModelledBackups::tables() const {
  Tables tables;
  if (!fs::exists(directory_)) return tables;
  for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
    if (entry.path().extension() != ".sst") continue;
    // A table that only its backup has would not be shared with the next one.
    RC_ASSERT(entry.path().parent_path().filename() == "shared_checksum");
    tables.emplace(entry.path(), entry.last_write_time());
  }
  return tables;
}

void ModelledBackups::make(ModelledLog& log, Draw& draw) {
  const Tables before = tables();
  bool grows = draw.below(2) == 1;
  const Timestamp madeAt = at(static_cast<std::int64_t>(draw.below(100)));
  const auto made = log.log().backUp({.directory = directory_,
                                      .dataDirectory = data_,
                                      .now = madeAt,
                                      .progress = [&](std::uint64_t, std::uint64_t) {
                                        if (std::exchange(grows, false)) log.append(draw);
                                        return true;
                                      }});
  if (!made) RC_FAIL(made.error().message);
  RC_ASSERT(made->id.value == (made_.empty() ? 1 : made_.back().id.value + 1));
  RC_ASSERT(made->storeId == log.log().storeId());
  RC_ASSERT(made->head.value == log.model().size());
  RC_ASSERT(made->root == log.log().treeHead().root);
  RC_ASSERT(made->lastRecorded == log.model().lastRecorded());
  RC_ASSERT(made->madeAt == madeAt);
  made_.push_back(*made);

  const Tables after = tables();
  for (const auto& [path, written] : before) {
    RC_ASSERT(after.contains(path));
    RC_ASSERT(after.at(path) == written);
  }
  const auto listed = listBackups(directory_);
  if (!listed) RC_FAIL(listed.error().message);
  RC_ASSERT(listed->size() == made_.size());
  for (std::size_t i = 0; i < made_.size(); ++i) {
    RC_ASSERT((*listed)[i].description == made_[i]);
    RC_ASSERT(!(*listed)[i].damaged);
  }
}

void ModelledBackups::verify(Draw& draw) const {
  const BackupDescription& one = made_[draw.below(made_.size())];
  const auto verified = verifyBackup(directory_, {.id = one.id});
  if (!verified) RC_FAIL(verified.error().message);
  RC_ASSERT(*verified == one);
}

void ModelledBackups::prune(Draw& draw) {
  const auto keep = static_cast<std::uint32_t>(1 + draw.below(3));
  const auto pruned = pruneBackups(directory_, keep);
  if (!pruned) RC_FAIL(pruned.error().message);
  RC_ASSERT(pruned->damaged.empty());
  const std::size_t removed = made_.size() - std::min<std::size_t>(made_.size(), keep);
  RC_ASSERT(pruned->removed.size() == removed);
  for (std::size_t i = 0; i < removed; ++i) RC_ASSERT(pruned->removed[i] == made_[i].id);
  made_.erase(made_.begin(), made_.begin() + static_cast<std::ptrdiff_t>(removed));
}

void ModelledBackups::restore(const ModelledLog& log, ModelledKeys& keys, Draw& draw) const {
  const BackupDescription& from = made_[draw.below(made_.size())];
  const RestoreLimit limit = drawLimit(draw, from.head, log.now());
  const Scratch scratch(scratch_);
  const auto half = log.log().rootAt({log.model().size() / 2});
  if (!half) RC_FAIL(half.error().message);
  const auto report =
      restoreBackup({.directory = directory_,
                     .id = from.id,
                     .target = scratch_ / "log",
                     .limit = limit,
                     .knownRoots = {{log.model().size() / 2, *half, "half"},
                                    {log.model().size(), log.log().treeHead().root, "whole"},
                                    {0, digest(1), "foreign"}}});
  const auto* position = std::get_if<Position>(&limit);
  if (position != nullptr && *position > from.head) {
    RC_ASSERT(!report && report.error().code == StoreErrorCode::invalid);
    RC_ASSERT(fs::is_empty(scratch_));
    return;
  }
  if (!report) RC_FAIL(report.error().message);
  RC_ASSERT(report->backup == from);
  const std::uint64_t end = endUnder(log.model(), from.head.value, limit);
  auto restored = Log::open({.directory = scratch_ / "log", .create = false});
  if (!restored) RC_FAIL(restored.error().message);
  compareRestored(log, end, *report, **restored);
  keys.compareBeside(draw, **restored, log.model().prefix(end), scratch_ / "keys");
}

void ModelledBackups::compareRestored(const ModelledLog& log, std::uint64_t end,
                                      const RestoreReport& report, const Log& restored) const {
  const LogModel model = log.model().prefix(end);
  const auto root = log.log().rootAt({end});
  if (!root) RC_FAIL(root.error().message);
  RC_ASSERT(report.head.value == end);
  RC_ASSERT(report.root == *root);
  RC_ASSERT(report.lastRecorded == model.lastRecorded());
  const std::uint64_t size = log.model().size();
  const auto standing = [&](std::uint64_t known) {
    return known <= end ? Standing::holds : Standing::behind;
  };
  RC_ASSERT(report.standings.size() == 3u);
  RC_ASSERT(report.standings[0] == standing(size / 2));
  RC_ASSERT(report.standings[1] == standing(size));
  RC_ASSERT(report.standings[2] == Standing::differs);

  RC_ASSERT(restored.storeId() == log.log().storeId());
  RC_ASSERT(restored.treeHead().root == *root);
  compareBytes(log.log(), restored, end);
  compareWhole(restored, model, log.lastCommand());
}

}  // namespace docket::eventstore::testing
