#include "tests/eventstore/raw_log.h"

#include <rocksdb/file_checksum.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "eventstore/stream_index.h"

namespace docket::eventstore::testing {
namespace {

void require(const rocksdb::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

RawLog::RawLog(const std::filesystem::path& directory,
               const std::vector<std::string>& newFamilies) {
  open(directory, newFamilies, false);
}

RawLog::RawLog(const std::filesystem::path& directory, Access) {
  open(directory, {}, true);
}

void RawLog::open(const std::filesystem::path& directory,
                  const std::vector<std::string>& newFamilies, bool readOnly) {
  std::vector<std::string> names;
  require(rocksdb::DB::ListColumnFamilies({}, directory.string(), &names));
  names.insert(names.end(), newFamilies.begin(), newFamilies.end());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    rocksdb::ColumnFamilyOptions options;
    options.compression = rocksdb::kLZ4Compression;
    options.target_file_size_base = 64 * 1024;
    options.merge_operator = concatenatingMergeOperator();  // only the index uses it
    families.emplace_back(name, options);
  }
  rocksdb::DBOptions options;
  options.create_missing_column_families = true;
  // As the log's own tables have them.
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  rocksdb::DB* db = nullptr;
  require(readOnly
              ? rocksdb::DB::OpenForReadOnly(options, directory.string(), families, &handles_, &db)
              : rocksdb::DB::Open(options, directory.string(), families, &handles_, &db));
  db_.reset(db);
}

RawLog::~RawLog() {
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

rocksdb::ColumnFamilyHandle* RawLog::handle(std::string_view family) {
  const auto found = std::find_if(handles_.begin(), handles_.end(),
                                  [&](const auto* each) { return each->GetName() == family; });
  if (found == handles_.end()) throw std::runtime_error("no family " + std::string(family));
  return *found;
}

std::string RawLog::get(std::string_view family, std::string_view key) {
  std::string value;
  require(db_->Get({}, handle(family), rocksdb::Slice(key.data(), key.size()), &value));
  return value;
}

void RawLog::put(std::string_view family, std::string_view key, std::string_view value) {
  require(db_->Put({}, handle(family), rocksdb::Slice(key.data(), key.size()),
                   rocksdb::Slice(value.data(), value.size())));
}

void RawLog::remove(std::string_view family, std::string_view key) {
  require(db_->Delete({}, handle(family), rocksdb::Slice(key.data(), key.size())));
}

std::vector<std::string> RawLog::keysOf(std::string_view family) {
  std::vector<std::string> keys;
  const std::unique_ptr<rocksdb::Iterator> each(db_->NewIterator({}, handle(family)));
  for (each->SeekToFirst(); each->Valid(); each->Next()) keys.push_back(each->key().ToString());
  require(each->status());
  return keys;
}

std::vector<RawLog::Table> RawLog::tables() const {
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  std::vector<Table> tables;
  for (const auto& file : files) tables.push_back({file.name.substr(1), file.column_family_name});
  return tables;
}

void RawLog::compact() {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (auto* each : handles_) require(db_->CompactRange(options, each, nullptr, nullptr));
}

void changeCommands(
    const std::filesystem::path& index,
    const std::function<void(std::vector<CommandRecord>&, const CommandHash& hash)>& change) {
  rocksdb::Env* env = rocksdb::Env::Default();
  for (const std::filesystem::path& path : filesOf(index / "commands", ".run")) {
    const auto run = CommandRun::open(path, env).value();
    CommandRun::Cursor cursor(*run);
    std::vector<CommandRecord> records;
    while (const auto record = cursor.next().value()) records.push_back(*record);
    change(records, [&](const CommandId& id) { return SipHash(run->header().hashKey)(id.bytes); });
    std::sort(records.begin(), records.end());
    CommandRunHeader header = run->header();
    header.records = records.size();
    const auto writer = CommandRunWriter::create(path, header, env).value();
    for (const CommandRecord& record : records) {
      if (!writer->add(record)) std::abort();
    }
    writer->finish().value();
  }
}

std::vector<std::filesystem::path> filesOf(const std::filesystem::path& directory,
                                           std::string_view extension) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string readFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void writeFile(const std::filesystem::path& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace docket::eventstore::testing
