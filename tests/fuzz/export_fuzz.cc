// An export of up to 256 events, as the auditor's program walks it. An input is a byte number of
// events less one, a u16 length of the bundle of entries, that bundle, and the bundle of payloads;
// the tile of hashes and the root are made to fit.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "client/verify/merkle.h"
#include "client/verify/tiles.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;
namespace verify = docket::client::verify;
namespace fs = std::filesystem;

namespace {

class Place {
 public:
  Place() {
    std::string pattern = (fs::temp_directory_path() / "docket-fuzz-XXXXXX").string();
    fuzz::require(mkdtemp(pattern.data()) != nullptr, "there is room for an export");
    root_ = pattern;
  }
  ~Place() { fs::remove_all(root_); }
  const fs::path& root() const { return root_; }

  void empty() const {
    fs::remove_all(root_ / "tile");
    fs::remove_all(root_ / "payloads");
  }
  void put(const std::string& tile, std::size_t width, std::string_view bytes) const {
    const fs::path path = root_ / (width == 256 ? tile : tile + ".p/" + std::to_string(width));
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }

 private:
  fs::path root_;
};

std::size_t u16(std::string_view bytes) {
  return static_cast<std::size_t>(static_cast<unsigned char>(bytes[0]) * 256 +
                                  static_cast<unsigned char>(bytes[1]));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  std::string_view bytes = fuzz::asText(data, size);
  if (bytes.size() < 3) return 0;
  const std::size_t width = static_cast<unsigned char>(bytes[0]) + 1u;
  const std::string_view entries = bytes.substr(3, u16(bytes.substr(1)));
  const std::string_view payloads = bytes.substr(3 + entries.size());
  verify::Frontier tree;
  std::string hashes;
  for (std::string_view rest = entries; rest.size() >= 2 && tree.size() < width;) {
    const std::string_view entry = rest.substr(2, u16(rest));
    rest.remove_prefix(2 + entry.size());
    hashes += verify::leafHash(entry).view();
    tree.add(verify::leafHash(entry));
  }
  place.empty();
  place.put("tile/entries/000", width, entries);
  place.put("tile/0/000", width, hashes);
  if (width == 256) place.put("tile/1/000", 1, tree.root().view());
  if (!payloads.empty()) place.put("payloads/000", width, payloads);
  verify::Checkpoint head;
  head.origin = "fuzz.invalid/log";
  head.size = width;
  head.root = tree.root();
  head.source = "it";
  verify::Progress progress(false);
  const auto report = verify::verifyTiles(place.root(), head, {}, {}, progress);
  if (!report) {
    fuzz::require(report.error().kind == verify::ProblemKind::integrity, "what is there is judged");
    fuzz::require(!report.error().sentence.empty(), "a refusal says why");
    return 0;
  }
  ++fuzz::accepted;
  fuzz::require(tree.size() == width, "an accepted export has all its entries");
  fuzz::require(report->payloadsChecked + report->payloadsAbsent == width,
                "each payload was looked at or is not there");
  return 0;
}
