#include "eventstore/command_index.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "eventstore/files.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using Checked = tl::expected<void, StoreError>;
using Runs = CommandIndex::Runs;

constexpr std::string_view kRunSuffix = ".run";
constexpr std::size_t kRunsOfMerge = 8;
constexpr std::uint64_t kRecordsOfSlice = 65'536;

// How large a run is, in powers of eight of a segment; segments are not all of the same length.
unsigned tierOf(const CommandRun& run, std::uint64_t segmentEvents) {
  unsigned tier = 0;
  for (std::uint64_t span = run.header().span() / 4; span >= segmentEvents; span /= kRunsOfMerge) {
    ++tier;
  }
  return tier;
}

// The first eight neighbours of one tier; none if there are not as many.
Runs mergeable(const Runs& runs, std::uint64_t segmentEvents) {
  std::size_t alike = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const bool same =
        i != 0 && tierOf(*runs[i], segmentEvents) == tierOf(*runs[i - 1], segmentEvents);
    alike = same ? alike + 1 : 1;
    if (alike < kRunsOfMerge) continue;
    const auto end = runs.begin() + static_cast<std::ptrdiff_t>(i + 1);
    return {end - kRunsOfMerge, end};
  }
  return {};
}

}  // namespace

// Merges runs into one, some records at a time.
class RunMerge {
 public:
  static tl::expected<std::unique_ptr<RunMerge>, StoreError> begin(Runs runs, const fs::path& path,
                                                                   rocksdb::Env* env) {
    CommandRunHeader header = runs.back()->header();
    header.begin = runs.front()->header().begin;
    header.records = 0;
    for (const auto& run : runs) header.records += run->header().records;
    auto writer = CommandRunWriter::create(path, std::move(header), env);
    if (!writer) return tl::unexpected(writer.error());
    std::unique_ptr<RunMerge> merge(new RunMerge(std::move(runs), std::move(*writer)));
    for (const auto& run : merge->runs_) {
      CommandRun::Cursor cursor(*run);
      const auto first = cursor.next();
      if (!first) return tl::unexpected(first.error());
      if (*first) merge->sources_.push_back({**first, std::move(cursor)});
    }
    return merge;
  }

  const Runs& runs() const { return runs_; }

  // The finished run, or none as long as there is more to do.
  tl::expected<std::shared_ptr<const CommandRun>, StoreError> step() {
    for (std::uint64_t i = 0; i < kRecordsOfSlice; ++i) {
      if (sources_.empty()) return writer_->finish();
      // Of eight, a walk finds the least faster than a heap.
      const auto least =
          std::min_element(sources_.begin(), sources_.end(),
                           [](const Source& a, const Source& b) { return a.next < b.next; });
      if (auto added = writer_->add(least->next); !added) return tl::unexpected(added.error());
      const auto following = least->cursor.next();
      if (!following) return tl::unexpected(following.error());
      if (*following) {
        least->next = **following;
      } else {
        sources_.erase(least);
      }
    }
    return nullptr;
  }

 private:
  RunMerge(Runs runs, std::unique_ptr<CommandRunWriter> writer)
      : runs_(std::move(runs)), writer_(std::move(writer)) {}

  struct Source {
    CommandRecord next;
    CommandRun::Cursor cursor;  // behind it
  };
  const Runs runs_;
  const std::unique_ptr<CommandRunWriter> writer_;
  std::vector<Source> sources_;  // those that have more
};

CommandIndex::CommandIndex(CommandIndexOptions options)
    : options_(std::move(options)),
      hash_(options_.hashKey),
      runs_(std::make_shared<const Runs>()) {}

CommandIndex::~CommandIndex() = default;

fs::path CommandIndex::pathOf(Position begin, Position end) const {
  return options_.directory /
         (std::to_string(begin.value) + "-" + std::to_string(end.value) + std::string(kRunSuffix));
}

tl::expected<std::unique_ptr<CommandIndex>, StoreError> CommandIndex::open(
    const CommandIndexOptions& options, Position end, const Digest& rootAtEnd) {
  std::unique_ptr<CommandIndex> index(new CommandIndex(options));
  const auto damaged = [&](const std::string& what) {
    return tl::unexpected(StoreError{
        StoreErrorCode::corrupt, "the index files in " + options.directory.string() + " " + what});
  };
  if (!options.readOnly) {
    if (auto made = makeDirectory(options.directory, options.env); !made) {
      return tl::unexpected(made.error());
    }
  }
  std::vector<std::string> names;
  const auto listed = options.env->GetChildren(options.directory.string(), &names);
  if (listed.IsNotFound() && end.value != 0) return damaged("are missing");
  if (!listed.ok() && !listed.IsNotFound()) {
    return tl::unexpected(StoreError{
        StoreErrorCode::io,
        "cannot list the index files in " + options.directory.string() + ": " + listed.ToString()});
  }
  Runs found;
  std::vector<fs::path> leftovers;
  for (const std::string& name : names) {
    const fs::path path = options.directory / name;
    if (!name.ends_with(kRunSuffix)) {
      if (name.ends_with(".tmp")) leftovers.push_back(path);
      continue;
    }
    auto run = CommandRun::open(path, options.env);
    if (!run) return tl::unexpected(run.error());
    const CommandRunHeader& header = (*run)->header();
    if (header.storeId != options.storeId || header.hashKey != options.hashKey ||
        path != index->pathOf(header.begin, header.end)) {
      return damaged("are of another index: " + name);
    }
    found.push_back(std::move(*run));
  }
  // The row takes, from each place on, the run that reaches furthest; a merged run comes before
  // those it was made of. What reaches beyond `end` was cut short by a crash.
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    const CommandRunHeader& left = a->header();
    const CommandRunHeader& right = b->header();
    return left.begin != right.begin ? left.begin < right.begin : left.end > right.end;
  });
  auto row = std::make_shared<Runs>();
  Position covered;
  for (auto& run : found) {
    const CommandRunHeader& header = run->header();
    if (header.begin == covered && header.end <= end) {
      covered = header.end;
      row->push_back(std::move(run));
    } else {
      leftovers.push_back(run->path());
    }
  }
  if (covered != end) {
    return damaged("reach position " + std::to_string(covered.value) + " and not " +
                   std::to_string(end.value));
  }
  if (!row->empty() && row->back()->header().rootAtEnd != rootAtEnd) {
    return damaged("are of another history");
  }
  if (!options.readOnly) {
    for (const fs::path& path : leftovers) {
      options.env->DeleteFile(path.string()).PermitUncheckedError();
    }
  }
  index->runs_ = std::move(row);
  return index;
}

std::shared_ptr<const Runs> CommandIndex::row() const {
  const std::lock_guard lock(mutex_);
  return runs_;
}

Runs CommandIndex::runs() const {
  return *row();
}

void CommandIndex::prefetch(std::uint64_t hash) const {
  const auto runs = row();
  for (const auto& run : *runs) run->prefetch(hash);
}

tl::expected<std::vector<CommandPlace>, StoreError> CommandIndex::find(const CommandId& id) const {
  const auto runs = row();
  std::vector<CommandPlace> places;
  const std::uint64_t wanted = hash(id);
  for (const auto& run : *runs) {
    if (auto found = run->find(wanted, places); !found) return tl::unexpected(found.error());
  }
  return places;
}

Checked CommandIndex::add(const TailSegment& segment, const Digest& rootAtEnd) {
  std::vector<CommandRecord> records;
  records.reserve(segment.commandCount());
  segment.forEachCommand([&](std::uint64_t hash, const CommandEntry& entry) {
    records.push_back({hash, {entry.first, entry.count}});
  });
  std::sort(records.begin(), records.end());
  const CommandRunHeader header{options_.storeId, options_.hashKey, segment.begin(),
                                segment.end(),    rootAtEnd,        records.size()};
  auto writer =
      CommandRunWriter::create(pathOf(segment.begin(), segment.end()), header, options_.env);
  if (!writer) return tl::unexpected(writer.error());
  for (const CommandRecord& record : records) {
    if (auto added = (*writer)->add(record); !added) return added;
  }
  auto run = (*writer)->finish();
  if (!run) return tl::unexpected(run.error());
  const std::lock_guard lock(mutex_);
  auto row = std::make_shared<Runs>(*runs_);
  row->push_back(std::move(*run));
  runs_ = std::move(row);
  return {};
}

tl::expected<bool, StoreError> CommandIndex::mergeSome(std::uint64_t segmentEvents) {
  if (!merge_) {
    Runs due = mergeable(runs(), segmentEvents);
    if (due.empty()) return false;
    const fs::path path = pathOf(due.front()->header().begin, due.back()->header().end);
    auto merge = RunMerge::begin(std::move(due), path, options_.env);
    if (!merge) return tl::unexpected(merge.error());
    merge_ = std::move(*merge);
  }
  auto finished = merge_->step();
  if (!finished) {
    merge_.reset();
    return tl::unexpected(finished.error());
  }
  if (*finished) {
    const std::unique_ptr<RunMerge> merge = std::move(merge_);
    replace(merge->runs(), std::move(*finished));
  }
  return true;
}

// What was added while the merge went on stands behind the runs that were merged.
void CommandIndex::replace(const Runs& merged, std::shared_ptr<const CommandRun> by) {
  {
    const std::lock_guard lock(mutex_);
    auto row = std::make_shared<Runs>(*runs_);
    const auto first = std::find(row->begin(), row->end(), merged.front());
    *first = std::move(by);
    row->erase(first + 1, first + static_cast<std::ptrdiff_t>(merged.size()));
    runs_ = std::move(row);
  }
  // A file that stays behind is known by its place and removed at the next opening.
  for (const auto& run : merged) {
    options_.env->DeleteFile(run->path().string()).PermitUncheckedError();
  }
}

}  // namespace docket::eventstore
