// The views' own RocksDB, and the rows in it. Internal to the projections; no other file of this
// folder includes RocksDB.
//
// Each generation of a view is a column family ("board.3") that holds its rows and, under a
// reserved key, its checkpoint. These are written without a WAL: a column family's flush is a
// prefix of its writes, so after a crash rows and checkpoint agree, only at an earlier position.
// The default column family says which generation serves; it is written with WAL and sync, after
// the flush of the rows.
//
// Threads: everything may be called from any thread, but one generation is written by one thread at
// a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "projections/projection.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Iterator;
class Snapshot;
class Status;
struct ReadOptions;
}  // namespace rocksdb

namespace docket::projections {

class Generation;

// One sentence on what the store refused, for a person.
struct RowStoreError {
  std::string message;
  bool isDamage = false;
};

// The database closes when the store, its generations and their snapshots are all gone.
class RowStore {
 public:
  // Opens or makes it. `writeBufferBytes` is the memory of one generation before it is flushed.
  [[nodiscard]] static tl::expected<std::unique_ptr<RowStore>, RowStoreError> open(
      const std::filesystem::path& directory, std::size_t writeBufferBytes);
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  // The generations found at open; whoever takes them owns them.
  std::vector<std::shared_ptr<Generation>> takeGenerations();
  [[nodiscard]] tl::expected<std::shared_ptr<Generation>, RowStoreError> create(
      std::string_view view, std::uint64_t number);

  // Which log these views are folds of, in which row format; empty when never said.
  [[nodiscard]] tl::expected<std::string, RowStoreError> origin() const;
  [[nodiscard]] tl::expected<void, RowStoreError> setOrigin(std::string_view origin);

  // The generation of `view` that answers queries. Durable when setServing returns.
  [[nodiscard]] tl::expected<std::optional<std::uint64_t>, RowStoreError> serving(
      std::string_view view) const;
  [[nodiscard]] tl::expected<void, RowStoreError> setServing(std::string_view view,
                                                             std::uint64_t number);

  struct Settings;  // of every column family
  ~RowStore();

 private:
  RowStore(std::filesystem::path directory, std::unique_ptr<Settings> settings);
  [[nodiscard]] tl::expected<void, RowStoreError> put(std::string_view key, std::string_view value);
  [[nodiscard]] tl::expected<std::optional<std::string>, RowStoreError> get(
      std::string_view key) const;

  std::filesystem::path directory_;
  std::unique_ptr<Settings> settings_;
  std::shared_ptr<rocksdb::DB> db_;
  std::vector<std::shared_ptr<Generation>> found_;
};

// Rows as they stood at one instant. Lives on over a switch and a drop of its generation.
class SnapshotRows final : public RowReader {
 public:
  explicit SnapshotRows(std::shared_ptr<const Generation> generation);
  ~SnapshotRows() override;
  SnapshotRows(const SnapshotRows&) = delete;
  SnapshotRows& operator=(const SnapshotRows&) = delete;

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view prefix, const Visit& visit) const override;
  void scanFrom(std::string_view prefix, std::string_view from, bool backward,
                const Visit& visit) const override;

  // The checkpoint row of the same instant.
  std::optional<std::string> checkpoint() const;

 private:
  std::shared_ptr<const Generation> generation_;
  const rocksdb::Snapshot* snapshot_;
};

// The rows of one generation of one view. Dropped from disk by drop(), or else closed at the end.
class Generation {
 public:
  Generation(std::shared_ptr<rocksdb::DB> db, rocksdb::ColumnFamilyHandle* handle,
             std::string_view view, std::uint64_t number);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  const std::string& view() const { return view_; }
  std::uint64_t number() const { return number_; }

  std::optional<std::string> checkpoint() const;
  // Makes durable all that was written.
  [[nodiscard]] tl::expected<void, RowStoreError> flush();
  // The rows leave the disk when the last reader of this generation has gone.
  [[nodiscard]] tl::expected<void, RowStoreError> drop();

 private:
  friend class SnapshotRows;
  friend class BatchRows;
  std::optional<std::string> get(std::string_view key, const rocksdb::Snapshot* snapshot) const;
  // A walk over the rows that begin with `prefix`, standing at its first step.
  class Walk;

  std::shared_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* handle_;
  std::string view_;
  std::uint64_t number_;
};

// The rows of a generation while a batch of events is folded into it: changes are kept in memory,
// reads see them, commit() writes them and the checkpoint at once.
class BatchRows final : public Rows {
 public:
  explicit BatchRows(std::shared_ptr<Generation> generation);

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view prefix, const Visit& visit) const override;
  void scanFrom(std::string_view prefix, std::string_view from, bool backward,
                const Visit& visit) const override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;

  // What is put and erased after beginEvent() is taken back by rollbackEvent().
  void beginEvent() { undo_.clear(); }
  void rollbackEvent();

  [[nodiscard]] tl::expected<void, RowStoreError> commit(std::string_view checkpoint);

  Generation& generation() { return *generation_; }
  const std::shared_ptr<Generation>& sharedGeneration() const { return generation_; }

 private:
  // A row as this batch leaves it, or as it was read (not `changed`).
  struct Entry {
    std::optional<std::string> value;
    bool changed = false;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;
  void set(std::string_view key, std::optional<std::string> value);

  std::shared_ptr<Generation> generation_;
  mutable Entries entries_;
  // What each change of the event replaced, in order; none: there was no entry.
  std::vector<std::pair<Entries::iterator, std::optional<Entry>>> undo_;
};

}  // namespace docket::projections
