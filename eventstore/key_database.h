// The database of the key store: entries by subject, a few facts, and the sweep that leaves nothing
// of an overwritten entry in any file.
//
// Threads: const methods from any thread, the others from one and no const method meanwhile: a
// sweep closes the database and opens it again. Internal to the event store.
#pragma once

#include <rocksdb/db.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/error.h"
#include "eventstore/files.h"
#include "eventstore/key_entry.h"

namespace docket::eventstore {

class KeyDatabase {
 public:
  // RocksDB's files are read and written through `env`, which outlives this; null: the default.
  // Errors: notFound, locked, newerFormat, corrupt, io.
  [[nodiscard]] static tl::expected<KeyDatabase, StoreError> open(
      const std::filesystem::path& directory, bool create, rocksdb::Env* env = nullptr);
  // Whether there is one, or was: then it is not to be made anew.
  [[nodiscard]] static bool isThere(const std::filesystem::path& directory);

  // --- Reading
  [[nodiscard]] tl::expected<std::optional<KeyEntry>, StoreError> find(
      std::string_view subject) const;
  using OnEntry =
      std::function<tl::expected<void, StoreError>(std::string_view subject, const KeyEntry&)>;
  // Every entry, in order of the subjects. One entry less than were ever made is an error.
  [[nodiscard]] tl::expected<void, StoreError> walk(const OnEntry& onEntry) const;
  // The master keys that entries may be wrapped under.
  [[nodiscard]] const std::vector<MasterKeyId>& masters() const { return masters_; }
  // Entries were overwritten and the files not swept since.
  [[nodiscard]] bool isUnswept() const { return unswept_; }

  // --- Writing: one synced write each
  struct Put {
    std::string subject;
    KeyEntry entry;
    bool isNew;  // there was no entry
  };
  enum class Sweep { notNeeded, needed };
  [[nodiscard]] tl::expected<void, StoreError> put(std::span<const Put> puts, Sweep sweep);
  [[nodiscard]] tl::expected<void, StoreError> noteMasters(std::vector<MasterKeyId> masters);

  // Compacts all entries into new files, and sees that no table and no write-ahead log that was
  // there before is there now, and that no file holds either half of one of the `needles`. (A
  // record of a write-ahead log may be cut in two; then one half is whole.) When closing or opening
  // fails on the way, everything from then on answers `failed` until a new open().
  [[nodiscard]] tl::expected<void, StoreError> sweep(
      std::span<const std::vector<std::byte>> needles);

  StoreError corrupt(std::string_view what) const;

 private:
  KeyDatabase(std::filesystem::path directory, FileDescriptor lock, rocksdb::Env* env)
      : directory_(std::move(directory)), lock_(std::move(lock)), env_(env) {}
  tl::expected<void, StoreError> openRocks(bool create);
  tl::expected<void, StoreError> readFacts();
  tl::expected<std::optional<std::string>, StoreError> fact(std::string_view key) const;
  tl::expected<void, StoreError> write(rocksdb::WriteBatch& batch);
  tl::expected<void, StoreError> compactIntoNewFiles();
  tl::expected<void, StoreError> search(std::span<const std::vector<std::byte>> needles) const;
  StoreError closedError() const;

  std::filesystem::path directory_;
  FileDescriptor lock_;
  rocksdb::Env* env_;
  std::unique_ptr<rocksdb::DB> db_;  // none: a sweep could not close it or open it again
  std::uint64_t count_ = 0;          // entries, tombstones included
  std::vector<MasterKeyId> masters_;
  bool unswept_ = false;
};

}  // namespace docket::eventstore
