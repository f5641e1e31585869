// The RocksDB under a closed log, for tests that damage it.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/command_run.h"

namespace docket::eventstore::testing {

class RawLog {
 public:
  // `directory` is that of the log, or of its index, which has the family "default" alone.
  explicit RawLog(const std::filesystem::path& directory,
                  const std::vector<std::string>& newFamilies = {});
  enum class Access { readOnly };
  RawLog(const std::filesystem::path& directory, Access access);  // changes nothing
  ~RawLog();

  std::string get(std::string_view family, std::string_view key);
  void put(std::string_view family, std::string_view key, std::string_view value);
  void remove(std::string_view family, std::string_view key);
  // Keys in order.
  std::vector<std::string> keysOf(std::string_view family);
  struct Table {
    std::string file;
    std::string family;
  };
  std::vector<Table> tables() const;
  // Brings everything into tables below level 0, small ones of the groups.
  void compact();

 private:
  void open(const std::filesystem::path& directory, const std::vector<std::string>& newFamilies,
            bool readOnly);
  rocksdb::ColumnFamilyHandle* handle(std::string_view family);
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

// Writes every run of a closed log's command index again, as `change` leaves its records; `hash`
// gives the hash of a command's id.
using CommandHash = std::function<std::uint64_t(const CommandId&)>;
void changeCommands(
    const std::filesystem::path& index,
    const std::function<void(std::vector<CommandRecord>&, const CommandHash& hash)>& change);

// The files of a folder with this extension, e.g. ".sst", by name.
std::vector<std::filesystem::path> filesOf(const std::filesystem::path& directory,
                                           std::string_view extension);
std::string readFile(const std::filesystem::path& path);
void writeFile(const std::filesystem::path& path, std::string_view content);

}  // namespace docket::eventstore::testing
