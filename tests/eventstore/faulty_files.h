// A file system whose n-th call of a kind fails, and that forgets what was never synced.
//
// All goes to the machine's own file system, but a sync only notes how much of a file is promised.
// After a crash (cutPower, everything closed) `loseUnsynced` leaves behind what a disk might: of
// each file what was synced and any part of the rest, of each directory any beginning of the
// changes since it was last synced. After a failed sync nothing more of that file is ever promised,
// as the kernel may have dropped the pages. Safe to use from several threads.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace docket::eventstore::testing {

enum class Call { append, sync, directorySync, newFile, rename, close, remove, read };
inline constexpr Call kEveryCall[] = {Call::append, Call::sync,  Call::directorySync, Call::newFile,
                                      Call::rename, Call::close, Call::remove,        Call::read};
std::string_view nameOf(Call call);

enum class Effect {
  ioError,     // EIO
  noSpace,     // ENOSPC
  shortWrite,  // half of it is written, then ENOSPC; of an append only
  powerCut,    // of an append half; and nothing after it is done
};
std::string_view nameOf(Effect effect);

struct Fault {
  Call call;
  std::uint64_t nth;  // from 1
  Effect effect;
};

// What becomes of the bytes that were written and not synced.
enum class UnsyncedTail {
  lost,       // none is there
  kept,       // all are there
  sectors,    // there is some of it, up to the border of a sector
  zeroed,     // the file has its length, but the sectors from some border on are zeros
  scrambled,  // there is some of it, and its last sector is garbage
};
inline constexpr UnsyncedTail kEveryTail[] = {UnsyncedTail::lost, UnsyncedTail::kept,
                                              UnsyncedTail::sectors, UnsyncedTail::zeroed,
                                              UnsyncedTail::scrambled};
std::string_view nameOf(UnsyncedTail tail);

class FaultyFiles : public rocksdb::FileSystemWrapper {
 public:
  // `attic` is an empty folder on the same disk, for what was removed and may come back.
  FaultyFiles(std::filesystem::path attic, std::optional<Fault> fault);
  ~FaultyFiles() override;

  const char* Name() const override { return "FaultyFiles"; }

  // The path that the fault hit; none: not reached.
  std::optional<std::string> hit() const;
  void cutPower() { powerIsOff_.store(true); }
  // Called with the path before each sync of a file. REQUIRES: no call is under way.
  void beforeSync(std::function<void(const std::string&)> call) { beforeSync_ = std::move(call); }
  // REQUIRES: nobody uses the files any more.
  void loseUnsynced(UnsyncedTail tail, std::mt19937_64& random);

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  friend class FaultyWritableFile;
  friend class FaultySequentialFile;
  friend class FaultyRandomAccessFile;
  friend class FaultyDirectory;

  struct Written {
    std::string path;
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
    bool syncFailed = false;
  };
  // A change of a directory that a crash may undo.
  struct Change {
    std::filesystem::path directory;
    std::function<void()> undo;
  };
  // What is to be done instead of the call, if anything.
  std::optional<Effect> strike(Call call, const std::string& path);
  static rocksdb::IOStatus errorOf(Effect effect, const std::string& path);
  // For calls that either happen or do not.
  rocksdb::IOStatus allow(Call call, const std::string& path);
  std::filesystem::path keepInAttic(const std::string& path);
  void noteChange(const std::string& path, std::function<void()> undo);

  const std::filesystem::path attic_;
  const std::optional<Fault> fault_;
  std::function<void(const std::string&)> beforeSync_;
  std::atomic<bool> powerIsOff_ = false;
  mutable std::mutex mutex_;  // guards what follows
  std::uint64_t calls_ = 0;   // of the fault's kind
  std::optional<std::string> hit_;
  bool halfWritten_ = false;  // the append that the power cut hit is done
  std::uint64_t kept_ = 0;
  std::unordered_map<std::string, std::shared_ptr<Written>> written_;
  std::vector<Change> changes_;
};

// The environment of a log over these files, which must outlive it.
std::unique_ptr<rocksdb::Env> environmentOver(FaultyFiles& files);

}  // namespace docket::eventstore::testing
