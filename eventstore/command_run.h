// A run of the command index: which commands wrote the events [begin, end), in one file that never
// changes.
//
// A command is a record of 16 bytes: the keyed hash of its id, and its place. Records are sorted by
// hash and packed into pages. Behind them stands a Bloom filter of 16 bits a command, cut into
// lines of 64 bytes in the order of the hashes too: it is filled front to back while the records
// are written, and a command that is not there costs one look into memory. Every page carries a
// checksum: damage is found, never followed. docs/FORMATS.md gives every byte.
//
// Const methods are safe from any thread. Internal to the event store.
#pragma once

#include <rocksdb/env.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/error.h"
#include "eventstore/sip_hash.h"
#include "eventstore/types.h"

namespace docket::eventstore {

// Where a command's events stand.
struct CommandPlace {
  Position first;
  std::uint32_t count = 0;

  auto operator<=>(const CommandPlace&) const = default;
};

struct CommandRecord {
  std::uint64_t hash = 0;  // of the command id
  CommandPlace place;

  auto operator<=>(const CommandRecord&) const = default;
};

// What a run is of; stands in its first page.
struct CommandRunHeader {
  std::string storeId;     // of the log
  SipHash::Key hashKey{};  // of the index
  Position begin;
  Position end;
  Digest rootAtEnd;  // of the log's Merkle tree at `end`
  std::uint64_t records = 0;

  std::uint64_t span() const { return end.value - begin.value; }
};

inline constexpr std::size_t kRunPageBytes = 4096;

class CommandRun {
 public:
  ~CommandRun();
  CommandRun(const CommandRun&) = delete;
  CommandRun& operator=(const CommandRun&) = delete;

  // Reads the header and looks at the size; no more. Errors: corrupt, io.
  [[nodiscard]] static tl::expected<std::shared_ptr<const CommandRun>, StoreError> open(
      const std::filesystem::path& path, rocksdb::Env* env);

  const CommandRunHeader& header() const { return header_; }
  const std::filesystem::path& path() const { return path_; }

  // Asks the processor to have at hand what find() will look at first.
  void prefetch(std::uint64_t hash) const;
  // Adds the places of all commands whose ids have this hash. Errors: corrupt, io.
  [[nodiscard]] tl::expected<void, StoreError> find(std::uint64_t hash,
                                                    std::vector<CommandPlace>& places) const;

  // Walks all records in order. One thread at a time; the run must outlive it.
  class Cursor {
   public:
    explicit Cursor(const CommandRun& run) : run_(&run) {}
    // The next record; none at the end.
    [[nodiscard]] tl::expected<std::optional<CommandRecord>, StoreError> next();

   private:
    const CommandRun* run_;
    std::vector<std::byte> pages_;  // some at a time
    std::uint64_t pageAt_ = 0;      // of the first one in pages_
    std::uint64_t record_ = 0;
  };

  // Compares every page with its checksum.
  [[nodiscard]] tl::expected<void, StoreError> verify() const;

 private:
  friend class CommandRunWriter;
  // So that a line of the filter is a line of the cache.
  struct alignas(64) Page : std::array<std::byte, kRunPageBytes> {};

  CommandRun() = default;
  tl::expected<bool, StoreError> mayHold(std::uint64_t hash) const;
  tl::expected<const Page*, StoreError> filterPage(std::uint64_t number) const;
  // Reads `count` pages from page `number` of the file on, and checks them.
  tl::expected<void, StoreError> readPages(std::uint64_t number, std::size_t count,
                                           std::byte* out) const;
  StoreError damaged(std::string_view what) const;

  std::filesystem::path path_;
  CommandRunHeader header_;
  std::uint64_t recordPages_ = 0;  // behind the header
  std::uint64_t lines_ = 0;        // of the filter, behind the records
  std::unique_ptr<rocksdb::RandomAccessFile> file_;
  // Of the filter, those that were looked at.
  mutable std::vector<std::atomic<const Page*>> filter_;
};

// Writes a run, records in the order of their hashes.
class CommandRunWriter {
 public:
  // `path` is where the finished run will stand; it is written beside it. REQUIRES: header.records
  // is the number of records that will be added.
  [[nodiscard]] static tl::expected<std::unique_ptr<CommandRunWriter>, StoreError> create(
      const std::filesystem::path& path, CommandRunHeader header, rocksdb::Env* env);
  // An unfinished run is removed.
  ~CommandRunWriter();
  CommandRunWriter(const CommandRunWriter&) = delete;
  CommandRunWriter& operator=(const CommandRunWriter&) = delete;

  // REQUIRES: not below the record before it.
  [[nodiscard]] tl::expected<void, StoreError> add(const CommandRecord& record);

  // Makes the run durable under its name.
  [[nodiscard]] tl::expected<std::shared_ptr<const CommandRun>, StoreError> finish();

 private:
  CommandRunWriter() = default;
  tl::expected<void, StoreError> writePages(std::vector<std::byte>& pages);

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  rocksdb::Env* env_ = nullptr;
  CommandRunHeader header_;
  std::unique_ptr<rocksdb::WritableFile> file_;
  std::vector<std::byte> filter_;  // pages, checksums not in yet
  std::vector<std::byte> pages_;   // of records, not written yet
  std::uint64_t added_ = 0;
  std::uint64_t written_ = 0;  // pages
  std::uint64_t synced_ = 0;   // of them
  bool finished_ = false;
};

}  // namespace docket::eventstore
