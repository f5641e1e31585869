// Tiles and their export: paths, contents, increments, stopping, and directories of something else.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "eventstore/merkle.h"
#include "eventstore/publisher.h"
#include "eventstore/tiles.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(TilePath, IsSpelledInOneWay) {
  const std::pair<TileName, const char*> cases[] = {
      {{TileKind::hashes, 0, 0, 256}, "tile/0/000"},
      {{TileKind::hashes, 3, 1'234'067, 256}, "tile/3/x001/x234/067"},
      {{TileKind::hashes, 1, 1'000, 1}, "tile/1/x001/000.p/1"},
      {{TileKind::entries, 0, 999, 255}, "tile/entries/999.p/255"},
      {{TileKind::payloads, 0, 67, 256}, "payloads/067"},
  };
  for (const auto& [name, path] : cases) {
    EXPECT_EQ(tilePath(name), path);
    EXPECT_EQ(parseTilePath(path), name) << path;
  }
}

TEST(TilePath, OtherSpellingsAreRefused) {
  for (const char* wrong : {"",
                            "tile",
                            "tile/0",
                            "tile/0/",
                            "tile/0/0",
                            "tile/0/0000",
                            "tile/00/000",
                            "tile/8/000",
                            "tile/x/000",
                            "tile/-1/000",
                            "tile/0/x000/001",
                            "tile/0/001/002",
                            "tile/0/x001",
                            "tile/0/x001/",
                            "tile/0/000.p/0",
                            "tile/0/000.p/256",
                            "tile/0/000.p/01",
                            "tile/0/000.p/",
                            "tile/0/000.p",
                            "tile/0/000/",
                            "/tile/0/000",
                            "tile/0/+01",
                            "tile/0/0 1",
                            "tile/data/000",
                            "tile/entries/",
                            "tile/../000",
                            "tile/0/000.p/5/",
                            "tile/0/000?x",
                            "tile/0/x999/x999/x999/x999/x999/x999/999",  // beyond 64 bits
                            "tile/0/x001/x000/x000/x000/x000/x000/x000/x000/x000/x000/000"}) {
    EXPECT_FALSE(parseTilePath(wrong)) << wrong;
  }
}

TEST(TilePath, IsWithinATreeThatHoldsAllOfIt) {
  const std::pair<const char*, std::uint64_t> smallest[] = {
      {"tile/0/000", 256},           {"tile/0/001.p/3", 259},   {"tile/1/000.p/2", 512},
      {"tile/2/000.p/1", 65'536},    {"tile/entries/002", 768}, {"tile/0/000.p/1", 1},
      {"tile/7/000.p/1", 1ull << 56}};
  for (const auto& [path, size] : smallest) {
    EXPECT_TRUE(isWithin(*parseTilePath(path), size)) << path;
    EXPECT_FALSE(isWithin(*parseTilePath(path), size - 1)) << path;
  }
  EXPECT_FALSE(isWithin({TileKind::hashes, 0, ~std::uint64_t{0}, 256}, ~std::uint64_t{0}));
}

std::string contentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

class Tiles : public LogTest {
 protected:
  fs::path data() const { return directory().parent_path(); }
  fs::path target() const { return data() / "export"; }

  void grow(std::size_t events) {
    ++command_;
    const std::string payload(command_ % 7, 'p');
    append(unit(command_, std::vector<NewEvent>(events, event("s/1", payload))));
  }

  tl::expected<ExportReport, StoreError> tryExport(ExportOptions options = {}) {
    options.directory = target();
    auto publisher = CheckpointPublisher::open(
        log(), {data() / "keys", data() / "checkpoint", "example.org/log"});
    if (!publisher) return tl::unexpected(publisher.error());
    return exportTiles(log(), (*publisher)->latest(), keys(), options);
  }
  ExportReport exportAll(ExportOptions options = {}) {
    auto report = tryExport(std::move(options));
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : ExportReport{};
  }
  std::vector<VerifierKey> keys() { return loadVerifierKeys(data() / "keys").value(); }

  std::vector<Digest> leaves() {
    std::vector<Digest> leaves;
    LogReader reader = log().readAll();
    for (auto next = reader.next(); next && *next != nullptr; next = reader.next()) {
      leaves.push_back(leafHash((*next)->envelopeBytes));
    }
    return leaves;
  }

  // Every file below the export by its path, except those that say who and up to where.
  std::map<std::string, std::string> tiles() {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(target())) {
      if (!entry.is_regular_file()) continue;
      const std::string name = entry.path().lexically_relative(target()).string();
      if (name != "checkpoint" && name != "log.vkey") files[name] = contentOf(entry.path());
    }
    return files;
  }

  // What the export of the log must hold, made from the definition.
  std::map<std::string, std::string> expectedTiles(bool payloads) {
    std::map<std::string, std::string> files;
    const std::vector<Digest> hashes = leaves();
    LogReader reader = log().readAll();
    const std::uint64_t size = hashes.size();
    for (std::uint64_t i = 0; i < size; ++i) {
      const auto& recorded = **reader.next();
      const auto width = static_cast<unsigned>(std::min<std::uint64_t>(256, size - i / 256 * 256));
      const auto sized = [](std::span<const std::byte> data, int bytes) {
        std::string out;
        for (int k = bytes - 1; k >= 0; --k) out += static_cast<char>(data.size() >> (8 * k));
        return out + text(data);
      };
      files[tilePath({TileKind::entries, 0, i / 256, width})] += sized(recorded.envelopeBytes, 2);
      if (payloads)
        files[tilePath({TileKind::payloads, 0, i / 256, width})] += sized(recorded.payload, 4);
    }
    std::vector<Digest> nodes = hashes;
    for (unsigned level = 0; !nodes.empty(); ++level) {
      std::vector<Digest> parents;
      for (std::size_t i = 0; i < nodes.size(); i += 256) {
        const std::size_t width = std::min<std::size_t>(256, nodes.size() - i);
        std::string& tile =
            files[tilePath({TileKind::hashes, level, i / 256, static_cast<unsigned>(width)})];
        Frontier frontier;
        for (std::size_t k = i; k < i + width; ++k) {
          tile += text(nodes[k].bytes);
          frontier.add(nodes[k]);
        }
        if (width == 256) parents.push_back(frontier.root());
      }
      nodes = std::move(parents);
    }
    return files;
  }

  std::uint64_t command_ = 0;
};

TEST_F(Tiles, AnExportHoldsEveryTileOfItsCheckpoint) {
  open();
  for (const std::size_t events : {10'000u, 10'000u, 10'000u, 10'000u, 10'000u, 10'000u, 5'900u})
    grow(events);
  const ExportReport report = exportAll({.directory = target(), .payloads = true});
  EXPECT_EQ(report.checkpoint.size, 65'900u);
  EXPECT_EQ(tiles(), expectedTiles(true));
  EXPECT_TRUE(tiles().contains("tile/2/000.p/1"));
  EXPECT_EQ(report.filesWritten, tiles().size());
  EXPECT_EQ(contentOf(target() / "checkpoint"), contentOf(data() / "checkpoint"));
  EXPECT_EQ(contentOf(target() / "log.vkey"), contentOf(data() / "keys/signing.vkey"));
  for (const auto& [path, content] : tiles()) {
    const auto name = parseTilePath(path);
    ASSERT_TRUE(name) << path;
    EXPECT_EQ(readTile(log(), *name).value(), content) << path;
  }
}

TEST_F(Tiles, AnEmptyLogHasACheckpointAndNoTiles) {
  open();
  EXPECT_EQ(exportAll().filesWritten, 0u);
  EXPECT_TRUE(tiles().empty());
  EXPECT_TRUE(fs::exists(target() / "checkpoint"));
}

TEST_F(Tiles, AnIncrementWritesWhatIsNewAndRemovesReplacedPartialTiles) {
  open();
  grow(700);
  exportAll();
  grow(300);
  // Blocks 2 and 3 of hashes and of entries, and the tile above, which grew from 2 to 3 nodes.
  EXPECT_EQ(exportAll().filesWritten, 5u);
  auto expected = expectedTiles(false);
  expected["tile/1/000.p/2"] = tiles()["tile/1/000.p/2"];  // no full tile replaces it yet
  EXPECT_EQ(tiles(), expected);
  EXPECT_EQ(exportAll().filesWritten, 3u) << "only partial tiles are written again";
  // A lost file comes back.
  fs::remove(target() / "tile/entries/001");
  exportAll();
  EXPECT_EQ(tiles(), expected);
}

TEST_F(Tiles, PayloadsCanBeAddedLater) {
  open();
  grow(600);
  exportAll();
  exportAll({.directory = target(), .payloads = true});
  EXPECT_EQ(tiles(), expectedTiles(true));
}

TEST_F(Tiles, AStoppedExportHasNoNewCheckpointAndCanBeRepeated) {
  open();
  for (int i = 0; i < 7; ++i) grow(10'000);
  int asked = 0;
  const auto stopped =
      tryExport({.directory = target(),
                 .progress = [&](std::uint64_t, std::uint64_t) { return ++asked < 2; }});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, StoreErrorCode::interrupted);
  EXPECT_FALSE(fs::exists(target() / "checkpoint"));
  EXPECT_TRUE(fs::exists(target() / "tile/0/000"));
  // What stands there without a checkpoint is not believed.
  std::ofstream(target() / "tile/0/000") << "torn";
  exportAll();
  EXPECT_EQ(tiles(), expectedTiles(false));
}

TEST_F(Tiles, AnExportOfAnotherHistoryIsLeftAlone) {
  open();
  grow(300);
  exportAll();
  const auto before = tiles();
  close();
  fs::remove_all(directory());
  fs::remove(data() / "checkpoint");
  open();
  for (const std::size_t events : {299u, 400u}) {  // shorter, then longer
    grow(events);
    const auto refused = tryExport();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("is of another history"));
  }
  // The same log, and a checkpoint that its key has not signed.
  std::string note = contentOf(target() / "checkpoint");
  note[note.find("\n300\n") + 1] = '2';
  std::ofstream(target() / "checkpoint") << note;
  EXPECT_THAT(tryExport().error().message, HasSubstr("is of another history"));
  EXPECT_EQ(tiles(), before);
}

TEST_F(Tiles, AFolderOfSomethingElseIsRefused) {
  open();
  grow(1);
  fs::create_directories(target());
  std::ofstream(target() / "letter.txt") << "dear";
  const auto refused = tryExport();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("it holds letter.txt"));
  EXPECT_FALSE(fs::exists(target() / "checkpoint"));
}

TEST_F(Tiles, ATileBeyondTheLogIsRefused) {
  open();
  grow(300);
  EXPECT_EQ(readTile(log(), {TileKind::entries, 0, 1, 45}).error().code, StoreErrorCode::invalid);
  EXPECT_TRUE(readTile(log(), {TileKind::entries, 0, 1, 44}));
}

}  // namespace
}  // namespace docket::eventstore::testing
