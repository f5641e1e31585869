#include "client/verify/tiles.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "client/verify/bytes.h"
#include "client/verify/envelope.h"
#include "client/verify/file.h"
#include "client/verify/history.h"
#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kTileWidth = 256;
constexpr unsigned kLevelsInATile = 8;
constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kAbsentPayload = 0xFFFFFFFF;
constexpr std::uint64_t kTileBytesMax = kTileWidth * kHashBytes;
constexpr std::uint64_t kEntriesBytesMax = kTileWidth * (2 + 65535);
constexpr std::uint64_t kPayloadsBytesMax = kTileWidth * (4 + kPayloadBytesMax);

// 1234067 as "x001/x234/067".
std::string numberPath(std::uint64_t number) {
  std::string path;
  for (bool last = true; last || number > 0; last = false, number /= 1000) {
    const std::string group = std::to_string(1000 + number % 1000).substr(1);
    path = last ? group : "x" + group + "/" + path;
  }
  return path;
}

// How many of `count` things stand in tile `number`.
std::uint64_t widthOf(std::uint64_t number, std::uint64_t count) {
  return std::min(kTileWidth, count - number * kTileWidth);
}

struct TileFile {
  std::string name;  // below the export
  std::string content;
  bool whole = false;  // it holds all 256, though fewer may be asked for
};

// A tile or bundle of which `width` elements are needed. Where the partial one is gone, the full
// one that took its place will do. None if there is neither.
Result<std::optional<TileFile>> readTile(const fs::path& directory, const std::string& full,
                                         std::uint64_t width, std::uint64_t sizeMax) {
  const std::string partial = full + ".p/" + std::to_string(width);
  for (const std::string& name : {partial, full}) {
    if (name == partial && width == kTileWidth) continue;
    auto content = readIfThere(directory / name, sizeMax);
    if (!content) return tl::make_unexpected(content.error());
    if (*content) return TileFile{name, std::move(**content), name == full};
  }
  return std::nullopt;
}

// The tiles of hashes, each read once, as the tree that is made anew from the entries completes the
// nodes that stand in it.
class HashTiles {
 public:
  HashTiles(const fs::path& directory, std::uint64_t size) : directory_(directory), size_(size) {}

  Result<void> compare(const Frontier& tree) {
    const auto nodes = tree.completed();
    for (unsigned level = 0; level < nodes.size(); level += kLevelsInATile) {
      const std::uint64_t index = (tree.size() >> level) - 1;
      if (auto same = compareNode(level, index, nodes[level], tree.size() - 1); !same) return same;
    }
    return {};
  }

  std::uint64_t read() const { return read_; }

 private:
  struct Current {
    std::uint64_t number = 0;
    TileFile file;
  };

  Result<void> compareNode(unsigned level, std::uint64_t index, const Digest& node,
                           std::uint64_t position) {
    if (index % kTileWidth == 0) {
      if (auto loaded = load(level, index / kTileWidth); !loaded) return loaded;
    }
    const TileFile& tile = current_[level].file;
    const std::uint64_t place = index % kTileWidth;
    if (Bytes(tile.content).substr(place * kHashBytes, kHashBytes) == node.view()) return {};
    const std::string where = (directory_ / tile.name).string() + " has at place " +
                              std::to_string(place) + " another hash than ";
    if (level == 0) {
      return broken(visible(where) + "the entry at position " + std::to_string(position) + " has");
    }
    return broken(visible(where) + "the entries up to position " + std::to_string(position) +
                  " give");
  }

  Result<void> load(unsigned level, std::uint64_t number) {
    const std::uint64_t width = widthOf(number, size_ >> level);
    const std::string name =
        "tile/" + std::to_string(level / kLevelsInATile) + "/" + numberPath(number);
    auto tile = readTile(directory_, name, width, kTileBytesMax);
    if (!tile) return tl::make_unexpected(tile.error());
    if (!*tile) {
      return broken("the tile " + visible((directory_ / name).string()) + ", of " +
                    std::to_string(width) + " hashes, is missing");
    }
    const std::uint64_t expected = ((*tile)->whole ? kTileWidth : width) * kHashBytes;
    if ((*tile)->content.size() != expected) {
      return broken("the tile " + visible((directory_ / (*tile)->name).string()) + " has " +
                    std::to_string((*tile)->content.size()) + " bytes, not " +
                    std::to_string(expected));
    }
    current_[level] = {number, std::move(**tile)};
    ++read_;
    return {};
  }

  const fs::path& directory_;
  std::uint64_t size_;
  std::map<unsigned, Current> current_;  // by level of the tree
  std::uint64_t read_ = 0;
};

// A bundle, taken apart from front to back.
class Bundle {
 public:
  Bundle(TileFile file, const fs::path& directory, std::size_t lengthBytes)
      : name_(visible((directory / file.name).string())),
        file_(std::move(file)),
        cursor_(file_.content),
        lengthBytes_(lengthBytes) {}
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  Source source(std::uint64_t place, const char* what) const { return {name_, what, place}; }

  // None: a payload that is not in the export.
  Result<std::optional<Bytes>> next(std::uint64_t place, const char* what) {
    const std::uint64_t length = cursor_.bigEndian(lengthBytes_, "its length");
    if (lengthBytes_ == 4 && length == kAbsentPayload && !cursor_.failed()) return std::nullopt;
    const Bytes bytes = cursor_.take(length, "it");
    if (cursor_.failed()) return broken(source(place, what).text() + ": " + cursor_.fault());
    return bytes;
  }

  // A full bundle may go on after what was asked for; a partial one must not.
  Result<void> end(std::uint64_t width) const {
    if (cursor_.left() == 0 || (file_.whole && width < kTileWidth)) return {};
    return broken(name_ + " has " + std::to_string(cursor_.left()) + " bytes after its last entry");
  }

 private:
  std::string name_;
  TileFile file_;
  Cursor cursor_;
  std::size_t lengthBytes_;
};

class TilesWalk {
 public:
  TilesWalk(const fs::path& directory, std::uint64_t size, KnownRoots roots,
            const TilesOptions& options)
      : directory_(directory),
        size_(size),
        options_(options),
        history_(std::move(roots)),
        hashTiles_(directory, size) {}

  Result<TilesReport> run(Progress& progress) {
    if (auto known = history_.checkRoots(); !known) return tl::make_unexpected(known.error());
    for (std::uint64_t number = 0; number * kTileWidth < size_; ++number) {
      if (auto checked = walkBundle(number, progress); !checked) {
        return tl::make_unexpected(checked.error());
      }
    }
    if (auto finished = history_.finish(); !finished) return tl::make_unexpected(finished.error());
    report_.streams = history_.streams();
    report_.commands = history_.commands();
    report_.tiles = hashTiles_.read();
    return report_;
  }

 private:
  Result<void> walkBundle(std::uint64_t number, Progress& progress) {
    const std::uint64_t width = widthOf(number, size_);
    auto entries = openBundle("tile/entries/", number, width, kEntriesBytesMax, 2);
    if (!entries) return tl::make_unexpected(entries.error());
    if (!*entries) {
      return broken("the entries " +
                    visible((directory_ / "tile/entries" / numberPath(number)).string()) + ", " +
                    std::to_string(width) + " of them, are missing");
    }
    auto payloads = openBundle("payloads/", number, width, kPayloadsBytesMax, 4);
    if (!payloads) return tl::make_unexpected(payloads.error());

    for (std::uint64_t place = 0; place < width; ++place) {
      const auto entry = (*entries)->next(place, "entry");
      if (!entry) return tl::make_unexpected(entry.error());
      const Source source = (*entries)->source(place, "entry");
      const auto envelope = readEnvelope(**entry, source);
      if (!envelope) return tl::make_unexpected(envelope.error());
      if (auto fits = history_.add(*envelope, **entry, source); !fits) return fits;
      if (auto same = hashTiles_.compare(history_.tree()); !same) return same;
      if (auto known = history_.checkRoots(); !known) return known;
      if (auto paid = walkPayload(payloads->get(), place, *envelope); !paid) return paid;
      progress.tell(history_.tree().size(), size_);
    }
    if (auto ended = (*entries)->end(width); !ended) return ended;
    return *payloads ? (*payloads)->end(width) : Result<void>{};
  }

  Result<void> walkPayload(Bundle* bundle, std::uint64_t place, const Envelope& envelope) {
    std::optional<Bytes> payload;
    if (bundle) {
      const auto next = bundle->next(place, "payload");
      if (!next) return tl::make_unexpected(next.error());
      payload = *next;
    }
    if (payload) {
      ++report_.payloadsChecked;
      return checkPayload(envelope, *payload, bundle->source(place, "payload"));
    }
    ++report_.payloadsAbsent;
    if (!options_.requirePayloads) return {};
    return broken("the payload at position " + std::to_string(envelope.position) +
                  " is not in the export " + visible(directory_.string()));
  }

  Result<std::unique_ptr<Bundle>> openBundle(const std::string& folder, std::uint64_t number,
                                             std::uint64_t width, std::uint64_t sizeMax,
                                             std::size_t lengthBytes) {
    auto file = readTile(directory_, folder + numberPath(number), width, sizeMax);
    if (!file) return tl::make_unexpected(file.error());
    if (!*file) return nullptr;
    return std::make_unique<Bundle>(std::move(**file), directory_, lengthBytes);
  }

  const fs::path& directory_;
  std::uint64_t size_;
  TilesOptions options_;
  History history_;
  HashTiles hashTiles_;
  TilesReport report_;
};

}  // namespace

Result<TilesReport> verifyTiles(const fs::path& directory, const Checkpoint& head,
                                std::vector<Checkpoint> others, const TilesOptions& options,
                                Progress& progress) {
  // The export's own checkpoint is the last that its entries are held against.
  others.insert(others.begin(), head);
  auto roots = KnownRoots::of(std::move(others));
  if (!roots) return tl::make_unexpected(roots.error());
  if (auto within = roots->allWithin(head.size, "the export in " + visible(directory.string()));
      !within) {
    return tl::make_unexpected(within.error());
  }
  return TilesWalk(directory, head.size, std::move(*roots), options).run(progress);
}

}  // namespace docket::client::verify
