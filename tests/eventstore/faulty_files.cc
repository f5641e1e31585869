#include "tests/eventstore/faulty_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::uint64_t kSectorBytes = 512;

std::uint64_t upTo(std::mt19937_64& random, std::uint64_t last) {
  return std::uniform_int_distribution<std::uint64_t>(0, last)(random);
}

void overwrite(const fs::path& path, std::uint64_t from, std::uint64_t to,
               const std::function<char()>& byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(from));
  for (std::uint64_t at = from; at < to; ++at) file.put(byte());
  if (!file.flush()) throw std::runtime_error("cannot overwrite " + path.string());
}

void loseTail(const fs::path& path, std::uint64_t synced, UnsyncedTail tail,
              std::mt19937_64& random) {
  const std::uint64_t size = fs::file_size(path);
  if (size <= synced) return;
  const std::uint64_t somewhere = synced + upTo(random, size - synced);
  const std::uint64_t border = std::max(synced, somewhere / kSectorBytes * kSectorBytes);
  switch (tail) {
    case UnsyncedTail::lost:
      return fs::resize_file(path, synced);
    case UnsyncedTail::kept:
      return;
    case UnsyncedTail::sectors:
      return fs::resize_file(path, border);
    case UnsyncedTail::zeroed:
      return overwrite(path, border, size, [] { return '\0'; });
    case UnsyncedTail::scrambled:
      fs::resize_file(path, somewhere);
      return overwrite(path, border, somewhere, [&] { return static_cast<char>(random()); });
  }
}

// RocksDB sleeps for a second after a failed flush; the matrix has thousands.
class Impatient : public rocksdb::EnvWrapper {
 public:
  explicit Impatient(std::unique_ptr<rocksdb::Env>&& env) : EnvWrapper(std::move(env)) {}
  const char* Name() const override { return "Impatient"; }
  void SleepForMicroseconds(int micros) override {
    target()->SleepForMicroseconds(std::min(micros, 1'000));
  }
};

}  // namespace

std::string_view nameOf(Call call) {
  constexpr std::array<std::string_view, 8> kNames = {
      "append", "sync", "directory sync", "new file", "rename", "close", "remove", "read"};
  return kNames[static_cast<std::size_t>(call)];
}

std::string_view nameOf(Effect effect) {
  constexpr std::array<std::string_view, 4> kNames = {"EIO", "ENOSPC", "short write", "power cut"};
  return kNames[static_cast<std::size_t>(effect)];
}

std::string_view nameOf(UnsyncedTail tail) {
  constexpr std::array<std::string_view, 5> kNames = {"lost", "kept", "sectors", "zeroed",
                                                      "scrambled"};
  return kNames[static_cast<std::size_t>(tail)];
}

// --- Files
// -----------------------------------------------------------------------------------------

class FaultyWritableFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyWritableFile(FaultyFiles& files, std::shared_ptr<FaultyFiles::Written> written,
                     std::unique_ptr<rocksdb::FSWritableFile>&& file)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files), written_(std::move(written)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const std::string path = name();
    const auto effect = files_.strike(Call::append, path);
    const bool half = effect == Effect::shortWrite || (effect == Effect::powerCut && isFirst(path));
    if (effect && !half) return FaultyFiles::errorOf(*effect, path);
    const Slice part(data.data(), half ? data.size() / 2 : data.size());
    const IOStatus status = target()->Append(part, options, debug);
    const std::lock_guard lock(files_.mutex_);
    if (status.ok()) written_->size += part.size();
    return effect ? FaultyFiles::errorOf(*effect, path) : status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    {
      const std::lock_guard lock(files_.mutex_);
      written_->size = size;
      written_->synced = std::min(written_->synced, size);
    }
    return target()->Truncate(size, options, debug);
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    const IOStatus refused = files_.allow(Call::close, name());
    const IOStatus status = target()->Close(options, debug);
    return refused.ok() ? status : refused;
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return promise(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return promise(); }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  std::string name() const {
    const std::lock_guard lock(files_.mutex_);
    return written_->path;
  }
  // Only the append that the power cut hits gets half through.
  bool isFirst(const std::string& path) {
    const std::lock_guard lock(files_.mutex_);
    return !std::exchange(files_.halfWritten_, true) && files_.hit_ == path;
  }
  IOStatus promise() {
    const std::string path = name();
    if (files_.beforeSync_) files_.beforeSync_(path);
    const IOStatus refused = files_.allow(Call::sync, path);
    const std::lock_guard lock(files_.mutex_);
    if (!refused.ok()) written_->syncFailed = true;
    if (!written_->syncFailed) written_->synced = written_->size;
    return refused;
  }

  FaultyFiles& files_;
  const std::shared_ptr<FaultyFiles::Written> written_;
};

class FaultySequentialFile : public rocksdb::FSSequentialFileWrapper {
 public:
  FaultySequentialFile(FaultyFiles& files, std::string path,
                       std::unique_ptr<rocksdb::FSSequentialFile>&& file)
      : FSSequentialFileWrapper(file.get()),
        files_(files),
        path_(std::move(path)),
        file_(std::move(file)) {}
  IOStatus Read(std::size_t size, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    if (IOStatus refused = files_.allow(Call::read, path_); !refused.ok()) return refused;
    return target()->Read(size, options, result, scratch, debug);
  }

 private:
  FaultyFiles& files_;
  const std::string path_;
  const std::unique_ptr<rocksdb::FSSequentialFile> file_;
};

class FaultyRandomAccessFile : public rocksdb::FSRandomAccessFileWrapper {
 public:
  FaultyRandomAccessFile(FaultyFiles& files, std::string path,
                         std::unique_ptr<rocksdb::FSRandomAccessFile>&& file)
      : FSRandomAccessFileWrapper(file.get()),
        files_(files),
        path_(std::move(path)),
        file_(std::move(file)) {}
  IOStatus Read(std::uint64_t offset, std::size_t size, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    if (IOStatus refused = files_.allow(Call::read, path_); !refused.ok()) return refused;
    return target()->Read(offset, size, options, result, scratch, debug);
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const IOOptions& options,
                     IODebugContext* debug) override {
    if (IOStatus refused = files_.allow(Call::read, path_); !refused.ok()) return refused;
    return target()->MultiRead(requests, count, options, debug);
  }

 private:
  FaultyFiles& files_;
  const std::string path_;
  const std::unique_ptr<rocksdb::FSRandomAccessFile> file_;
};

class FaultyDirectory : public rocksdb::FSDirectoryWrapper {
 public:
  FaultyDirectory(FaultyFiles& files, const std::string& path,
                  std::unique_ptr<rocksdb::FSDirectory>&& directory)
      : FSDirectoryWrapper(std::move(directory)), files_(files), path_(path) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return promise(); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*,
                               const rocksdb::DirFsyncOptions&) override {
    return promise();
  }

 private:
  IOStatus promise() {
    if (IOStatus refused = files_.allow(Call::directorySync, path_); !refused.ok()) return refused;
    const std::lock_guard lock(files_.mutex_);
    const fs::path directory = (fs::path(path_) / "").lexically_normal().parent_path();
    std::erase_if(files_.changes_,
                  [&](const auto& change) { return change.directory == directory; });
    return IOStatus::OK();
  }

  FaultyFiles& files_;
  const std::string path_;
};

// --- The file system
// -------------------------------------------------------------------------------

FaultyFiles::FaultyFiles(fs::path attic, std::optional<Fault> fault)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), attic_(std::move(attic)), fault_(fault) {}

FaultyFiles::~FaultyFiles() = default;

std::optional<std::string> FaultyFiles::hit() const {
  const std::lock_guard lock(mutex_);
  return hit_;
}

std::optional<Effect> FaultyFiles::strike(Call call, const std::string& path) {
  if (powerIsOff_.load() && call != Call::read) return Effect::powerCut;
  if (!fault_ || fault_->call != call) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (++calls_ != fault_->nth) return std::nullopt;
  hit_ = path;
  if (fault_->effect == Effect::powerCut) powerIsOff_.store(true);
  return fault_->effect;
}

IOStatus FaultyFiles::errorOf(Effect effect, const std::string& path) {
  switch (effect) {
    case Effect::ioError:
      return IOStatus::IOError(path, "Input/output error");
    case Effect::noSpace:
    case Effect::shortWrite:
      return IOStatus::NoSpace(path, "No space left on device");
    case Effect::powerCut:
      return IOStatus::IOError(path, "the power is off");
  }
  return IOStatus::OK();
}

IOStatus FaultyFiles::allow(Call call, const std::string& path) {
  const auto effect = strike(call, path);
  return effect ? errorOf(*effect, path) : IOStatus::OK();
}

fs::path FaultyFiles::keepInAttic(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const fs::path kept = attic_ / std::to_string(kept_++);
  fs::create_hard_link(path, kept);
  return kept;
}

void FaultyFiles::noteChange(const std::string& path, std::function<void()> undo) {
  const std::lock_guard lock(mutex_);
  changes_.push_back({fs::path(path).lexically_normal().parent_path(), std::move(undo)});
}

void FaultyFiles::loseUnsynced(UnsyncedTail tail, std::mt19937_64& random) {
  const std::lock_guard lock(mutex_);
  for (const auto& [path, written] : written_) {
    if (fs::exists(path)) loseTail(path, written->synced, tail, random);
  }
  std::uint64_t remaining = upTo(random, changes_.size());
  if (tail == UnsyncedTail::lost) remaining = 0;
  if (tail == UnsyncedTail::kept) remaining = changes_.size();
  for (; changes_.size() > remaining; changes_.pop_back()) changes_.back().undo();
}

IOStatus FaultyFiles::NewSequentialFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                        IODebugContext* debug) {
  IOStatus status = target()->NewSequentialFile(path, options, file, debug);
  if (status.ok()) {
    *file = std::make_unique<FaultySequentialFile>(*this, path, std::move(*file));
  }
  return status;
}

IOStatus FaultyFiles::NewRandomAccessFile(const std::string& path,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                          IODebugContext* debug) {
  IOStatus status = target()->NewRandomAccessFile(path, options, file, debug);
  if (status.ok()) {
    *file = std::make_unique<FaultyRandomAccessFile>(*this, path, std::move(*file));
  }
  return status;
}

IOStatus FaultyFiles::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      IODebugContext* debug) {
  if (IOStatus refused = allow(Call::newFile, path); !refused.ok()) return refused;
  const bool isNew = !fs::exists(path);
  IOStatus status = target()->NewWritableFile(path, options, file, debug);
  if (!status.ok()) return status;
  if (isNew) noteChange(path, [path] { fs::remove(path); });
  auto written = std::make_shared<Written>();
  written->path = path;
  {
    const std::lock_guard lock(mutex_);
    written_[path] = written;
  }
  *file = std::make_unique<FaultyWritableFile>(*this, std::move(written), std::move(*file));
  return status;
}

IOStatus FaultyFiles::NewDirectory(const std::string& path, const IOOptions& options,
                                   std::unique_ptr<rocksdb::FSDirectory>* directory,
                                   IODebugContext* debug) {
  IOStatus status = target()->NewDirectory(path, options, directory, debug);
  if (status.ok()) {
    *directory = std::make_unique<FaultyDirectory>(*this, path, std::move(*directory));
  }
  return status;
}

IOStatus FaultyFiles::RenameFile(const std::string& from, const std::string& to,
                                 const IOOptions& options, IODebugContext* debug) {
  if (IOStatus refused = allow(Call::rename, to); !refused.ok()) return refused;
  std::optional<fs::path> replaced;
  if (fs::exists(to)) replaced = keepInAttic(to);
  IOStatus status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  noteChange(to, [=] {
    if (fs::exists(to)) fs::rename(to, from);
    if (replaced) fs::rename(*replaced, to);
  });
  const std::lock_guard lock(mutex_);
  if (auto moved = written_.extract(from)) {
    moved.mapped()->path = to;
    written_.erase(to);
    moved.key() = to;
    written_.insert(std::move(moved));
  }
  return status;
}

IOStatus FaultyFiles::DeleteFile(const std::string& path, const IOOptions& options,
                                 IODebugContext* debug) {
  if (IOStatus refused = allow(Call::remove, path); !refused.ok()) return refused;
  if (!fs::exists(path)) return target()->DeleteFile(path, options, debug);
  const fs::path kept = keepInAttic(path);
  IOStatus status = target()->DeleteFile(path, options, debug);
  if (status.ok()) {
    noteChange(path, [=] { fs::rename(kept, path); });
    const std::lock_guard lock(mutex_);
    written_.erase(path);
  }
  return status;
}

std::unique_ptr<rocksdb::Env> environmentOver(FaultyFiles& files) {
  return std::make_unique<Impatient>(rocksdb::NewCompositeEnv({&files, [](auto*) {}}));
}

}  // namespace docket::eventstore::testing
