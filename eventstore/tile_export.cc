// The export of tiles.h.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "eventstore/files.h"
#include "eventstore/tiles.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using Done = tl::expected<void, StoreError>;

constexpr std::uint64_t kBlocksPerProgress = 256;
constexpr std::size_t kHashBytes = sizeof(Digest);

// What an export directory may hold.
constexpr std::array<std::string_view, 6> kNames = {"checkpoint",   "checkpoint.tmp", "log.vkey",
                                                    "log.vkey.tmp", "tile",           "payloads"};

tl::unexpected<StoreError> failure(StoreErrorCode code, std::string message) {
  return tl::unexpected(StoreError{code, std::move(message)});
}

class Exporter {
 public:
  Exporter(const Log& log, const PublishedCheckpoint& latest, std::span<const VerifierKey> keys,
           const ExportOptions& options)
      : log_(log),
        latest_(latest),
        keys_(keys),
        options_(options),
        directory_(options.directory),
        size_(latest.checkpoint.size) {}

  tl::expected<ExportReport, StoreError> run() {
    for (const auto step : {&Exporter::begin, &Exporter::writeBlocks, &Exporter::writeUpperLevels,
                            &Exporter::writeCheckpoint, &Exporter::removeReplaced}) {
      if (auto done = (this->*step)(); !done) return tl::unexpected(done.error());
    }
    return ExportReport{latest_.checkpoint, filesWritten_};
  }

 private:
  fs::path pathOf(const TileName& name) const { return directory_ / tilePath(name); }

  Done begin() {
    if (auto made = makeDirectory(directory_); !made) return made;
    std::error_code error;
    fs::directory_iterator entry(directory_, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
        return failure(StoreErrorCode::invalid,
                       directory_.string() + " is no export of a log: it holds " + name);
      }
    }
    if (error) {
      return tl::unexpected(systemError(error.value(), "cannot read the directory", directory_));
    }
    if (auto compared = compareExport(); !compared) return compared;
    return replaceFile(directory_ / "log.vkey", toText(keys_.front()) + "\n");
  }

  // What was exported before must be the beginning of this log.
  Done compareExport() {
    const fs::path path = directory_ / "checkpoint";
    const auto note = readSmallFile(path, kMaxNoteBytes + 1);
    if (!note && note.error().code == StoreErrorCode::notFound) return {};
    if (!note) return tl::unexpected(note.error());
    const auto old = openCheckpoint(*note, keys_);
    const auto other = [&](const std::string& why) {
      return failure(StoreErrorCode::invalid,
                     "the export in " + directory_.string() + " is of another history: " + why);
    };
    if (!old) return other(old.error());
    if (const auto same = compareWithLog(log_, *old, path.string()); !same) {
      if (same.error().code == StoreErrorCode::io) return same;
      return other(same.error().message);
    }
    if (old->size > size_) {
      return failure(StoreErrorCode::invalid, "the export in " + directory_.string() +
                                                  " is newer than the checkpoint to export");
    }
    exported_ = old->size;
    return {};
  }

  // Whether a full tile stands there since an export that came to its end. An empty file is what a
  // crash of the machine can leave of one.
  bool isThere(const TileName& name, std::uint64_t fullBefore) const {
    if (name.width != kTileWidth || name.index >= fullBefore) return false;
    std::error_code error;
    const std::uint64_t bytes = fs::file_size(pathOf(name), error);
    if (error || bytes == 0) return false;
    return name.kind != TileKind::hashes || bytes == kTileWidth * kHashBytes;
  }

  // The lowest tiles and the bundles, 256 events at a time.
  Done writeBlocks() {
    const std::uint64_t fullBefore = exported_ / kTileWidth;
    for (std::uint64_t index = 0; index * kTileWidth < size_; ++index) {
      const std::uint64_t begin = index * kTileWidth;
      if (index % kBlocksPerProgress == 0 && options_.progress &&
          !options_.progress(begin, size_)) {
        return failure(StoreErrorCode::interrupted, "the export was stopped");
      }
      const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, size_ - begin));
      std::vector<TileName> missing;
      for (const TileKind kind : {TileKind::hashes, TileKind::entries, TileKind::payloads}) {
        const TileName name{kind, 0, index, width};
        const bool isWanted = kind != TileKind::payloads || options_.payloads;
        if (isWanted && !isThere(name, fullBefore)) missing.push_back(name);
      }
      if (auto written = writeBlock(begin, width, missing); !written) return written;
    }
    return {};
  }

  Done writeBlock(std::uint64_t begin, unsigned width, const std::vector<TileName>& missing) {
    if (missing.empty()) return {};
    LogReader& reader = readerAt(begin);
    std::vector<std::string> contents(missing.size());
    for (unsigned i = 0; i < width; ++i) {
      const auto event = reader.next();
      if (!event) return tl::unexpected(event.error());
      for (std::size_t k = 0; k < missing.size(); ++k) {
        addToTile(missing[k].kind, **event, contents[k]);
      }
    }
    nextToRead_ = begin + width;
    for (std::size_t k = 0; k < missing.size(); ++k) {
      if (auto written = writeTile(missing[k], contents[k]); !written) return written;
    }
    return {};
  }

  // One scan goes on as long as blocks follow each other.
  LogReader& readerAt(std::uint64_t position) {
    if (!reader_ || nextToRead_ != position) {
      reader_.emplace(log_.readAll({.from = position, .verifyPayloads = options_.payloads}));
    }
    return *reader_;
  }

  Done writeUpperLevels() {
    for (unsigned level = 1; size_ >> (kTileHeight * level) != 0; ++level) {
      const std::uint64_t nodes = size_ >> (kTileHeight * level);
      const std::uint64_t fullBefore = (exported_ >> (kTileHeight * level)) / kTileWidth;
      for (std::uint64_t begin = 0; begin < nodes; begin += kTileWidth) {
        const auto width =
            static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, nodes - begin));
        const TileName name{TileKind::hashes, level, begin / kTileWidth, width};
        if (isThere(name, fullBefore)) continue;
        const auto content = readTile(log_, name);
        if (!content) return tl::unexpected(content.error());
        if (auto written = writeTile(name, *content); !written) return written;
      }
    }
    return {};
  }

  // Not synced: the checkpoint is written after all of it has been.
  Done writeTile(const TileName& name, std::string_view content) {
    const fs::path path = pathOf(name);
    const fs::path draft = path.string() + ".tmp";
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) {
      return tl::unexpected(
          systemError(error.value(), "cannot make the directory", path.parent_path()));
    }
    errno = 0;
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) return tl::unexpected(systemError(errno != 0 ? errno : EIO, "cannot write", draft));
    fs::rename(draft, path, error);
    if (error) return tl::unexpected(systemError(error.value(), "cannot replace", path));
    ++filesWritten_;
    return {};
  }

  Done writeCheckpoint() {
    const FileDescriptor folder(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::syncfs(folder.number()) != 0) {
      return tl::unexpected(systemError(errno, "cannot sync", directory_));
    }
    return replaceFile(directory_ / "checkpoint", latest_.note);
  }

  // Partial tiles whose full one has come since the last export.
  Done removeReplaced() {
    for (unsigned level = 0; size_ >> (kTileHeight * level) != 0; ++level) {
      std::vector<TileName> names{{TileKind::hashes, level, 0, 1}};
      if (level == 0) names.push_back({TileKind::entries, 0, 0, 1});
      if (level == 0) names.push_back({TileKind::payloads, 0, 0, 1});
      const std::uint64_t full = (size_ >> (kTileHeight * level)) / kTileWidth;
      for (TileName name : names) {
        for (name.index = (exported_ >> (kTileHeight * level)) / kTileWidth; name.index < full;
             ++name.index) {
          if (auto removed = removePartials(name); !removed) return removed;
        }
      }
    }
    return {};
  }

  Done removePartials(const TileName& partial) const {
    TileName full = partial;
    full.width = kTileWidth;
    std::error_code error;
    if (!fs::exists(pathOf(full), error)) return {};  // payloads may not be in this export
    const fs::path folder = pathOf(partial).parent_path();
    fs::remove_all(folder, error);
    if (error) return tl::unexpected(systemError(error.value(), "cannot remove", folder));
    return {};
  }

  const Log& log_;
  const PublishedCheckpoint& latest_;
  const std::span<const VerifierKey> keys_;
  const ExportOptions& options_;
  const fs::path& directory_;
  const std::uint64_t size_;
  std::uint64_t exported_ = 0;  // the size of the export that is there
  std::uint64_t filesWritten_ = 0;
  std::optional<LogReader> reader_;
  std::uint64_t nextToRead_ = 0;
};

}  // namespace

tl::expected<ExportReport, StoreError> exportTiles(const Log& log,
                                                   const PublishedCheckpoint& latest,
                                                   std::span<const VerifierKey> keys,
                                                   const ExportOptions& options) {
  return Exporter(log, latest, keys, options).run();
}

}  // namespace docket::eventstore
