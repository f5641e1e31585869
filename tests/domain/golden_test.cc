// The stored bytes of one event of each type, as they were when the type was made. Logs hold bytes
// like these for ever, so a file here is never changed: a difference means that this program writes
// or reads another format than the logs out there.
//
// For a NEW type add an event to `goldenEvents`, for a new VERSION of a type move what the old file
// now reads as to `olderGoldenEvents`; then run the test with DOCKET_WRITE_GOLDEN=1: it writes
// files that are missing and leaves those that are there alone.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "domain/codec/codec.h"

namespace docket::domain::codec {
namespace {

namespace fs = std::filesystem;

Timestamp at(std::int64_t microseconds) {
  return Timestamp{std::chrono::microseconds{microseconds}};
}

std::vector<TicketEvent> goldenTicketEvents() {
  const Place inbox{ColumnId{"inbox"}, ColumnCategory::queue};
  const Place inProgress{ColumnId{"in-progress"}, ColumnCategory::active};
  const Place waiting{ColumnId{"waiting-on-customer"}, ColumnCategory::waiting};
  const Place done{ColumnId{"done"}, ColumnCategory::resolved};
  const Place closed{ColumnId{"closed"}, ColumnCategory::closed};
  const SubjectId anna{"anna"};
  const std::vector<ForeignAttribute> foreign{
      {"org:group", "string", "V5 3rd", {}},
      {"impacts", "list", "", {{"impact", "int", "2", {{"by", "id", "x", {}}}}}}};
  TicketOpened opened;
  opened.id = {BoardKey{"OPS"}, 42};
  opened.place = inbox;
  opened.type = TicketType::enhancement;
  opened.serviceClass = ServiceClass::fixedDate;
  opened.tier = Tier::second;
  opened.title = "Printer jäms";
  opened.description = "on\nMondays";
  opened.requester = SubjectId{"bob"};
  opened.due = at(1'772'409'600'000'001);
  opened.externalKey = "SR-7";
  opened.foreign = foreign;
  return {
      opened,
      TicketMoved{inbox, waiting, 3, "the boss asked"},
      TicketPulled{inbox, inProgress, anna, 4, PullRule::fixedDate, 17, 2},
      TicketAssigned{SubjectId{}, anna},
      TicketEscalated{Tier::first, Tier::third, "tried all"},
      TicketBlocked{BlockerKind::other, "no toner"},
      TicketUnblocked{BlockerKind::supplier, "it came"},
      CommentAdded{"thanks", true},
      TicketResolved{inProgress, done, "new toner"},
      TicketReopened{closed, inbox, "jams again"},
      HistoryRecorded{9, "Accepted/In Progress", "Anna Berg", done, foreign},
  };
}

std::vector<BoardEvent> goldenBoardEvents() {
  return {
      BoardCreated{BoardKey{"OPS"},
                   "Operations",
                   "custom",
                   {{ColumnId{"to-do"}, "To Do", ColumnCategory::queue, std::nullopt, true},
                    {ColumnId{"doing"}, "Doing", ColumnCategory::active, 0, false},
                    {ColumnId{"done"}, "Done", ColumnCategory::resolved, 10'000, false}},
                   2},
      LimitSet{ColumnId{"doing"}, std::nullopt, 5},
  };
}

std::vector<SubjectEvent> goldenSubjectEvents() {
  return {SubjectErased{"request 2031/7"}, LegalHoldPlaced{"case 12 O 345/31"},
          LegalHoldLifted{"settled"}};
}

// What the files of older schema versions read as today.
struct OlderGolden {
  std::string type;
  std::uint16_t version;
  Event event;
};
std::vector<OlderGolden> olderGoldenEvents() {
  const Place inbox{ColumnId{"inbox"}, ColumnCategory::queue};
  const Place inProgress{ColumnId{"in-progress"}, ColumnCategory::active};
  return {{"TicketPulled", 1,
           TicketEvent(TicketPulled{inbox, inProgress, SubjectId{"anna"}, 4, PullRule::fixedDate,
                                    17, std::nullopt})}};
}

struct Golden {
  EncodedEvent encoded;
  Event event;
};

std::vector<Golden> goldenEvents() {
  std::vector<Golden> all;
  for (const TicketEvent& event : goldenTicketEvents()) all.push_back({encode(event), event});
  for (const BoardEvent& event : goldenBoardEvents()) all.push_back({encode(event), event});
  for (const SubjectEvent& event : goldenSubjectEvents()) all.push_back({encode(event), event});
  return all;
}

fs::path fileOf(std::string_view type, std::uint16_t version) {
  return fs::path(DOCKET_GOLDEN_DIR) /
         (std::string(type) + ".v" + std::to_string(version) + ".hex");
}
fs::path fileOf(const EncodedEvent& encoded) {
  return fileOf(encoded.type, encoded.schemaVersion);
}

// A word a line, so that a difference can be seen.
std::string hex(const std::vector<std::byte>& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = std::to_integer<unsigned>(bytes[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15U];
    if (i % 8 == 7) text += '\n';
  }
  return text;
}

std::vector<std::uint64_t> wordsOf(const std::string& text) {
  std::vector<std::byte> bytes;
  std::string digits;
  for (const char c : text) {
    if (c == '\n') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::byte>(std::stoul(digits, nullptr, 16)));
    digits.clear();
  }
  std::vector<std::uint64_t> words(bytes.size() / 8);
  std::memcpy(words.data(), bytes.data(), words.size() * 8);
  return words;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Golden, EveryVersionOfEveryTypeHasItsBytes) {
  using Version = std::pair<std::string, std::uint16_t>;
  std::set<Version> known;
  for (const KnownType& type : knownTypes()) {
    for (std::uint16_t v = 1; v <= type.version; ++v) known.insert({std::string(type.type), v});
  }
  std::set<Version> golden;
  for (const Golden& one : goldenEvents()) {
    golden.insert({std::string(one.encoded.type), one.encoded.schemaVersion});
  }
  for (const OlderGolden& one : olderGoldenEvents()) golden.insert({one.type, one.version});
  EXPECT_EQ(golden, known);
}

TEST(Golden, EncodeWritesTheStoredBytes) {
  for (const Golden& golden : goldenEvents()) {
    const fs::path path = fileOf(golden.encoded);
    if (!fs::exists(path) && std::getenv("DOCKET_WRITE_GOLDEN") != nullptr) {
      std::ofstream(path, std::ios::binary) << hex(golden.encoded.payload);
    }
    ASSERT_TRUE(fs::exists(path)) << path << " is missing: see the top of this file";
    EXPECT_EQ(hex(golden.encoded.payload), contents(path)) << golden.encoded.type;
  }
}

TEST(Golden, DecodeReadsTheStoredBytes) {
  for (const Golden& golden : goldenEvents()) {
    const auto words = wordsOf(contents(fileOf(golden.encoded)));
    const auto decoded = decode(golden.encoded.type, golden.encoded.schemaVersion,
                                std::as_bytes(std::span<const std::uint64_t>(words)));
    ASSERT_TRUE(decoded) << golden.encoded.type << ": " << decoded.error().message;
    EXPECT_TRUE(*decoded == golden.event) << golden.encoded.type;
  }
}

TEST(Golden, DecodeReadsOlderVersionsAsTodaysEvents) {
  for (const OlderGolden& golden : olderGoldenEvents()) {
    const auto words = wordsOf(contents(fileOf(golden.type, golden.version)));
    const auto decoded =
        decode(golden.type, golden.version, std::as_bytes(std::span<const std::uint64_t>(words)));
    ASSERT_TRUE(decoded) << golden.type << ": " << decoded.error().message;
    EXPECT_TRUE(*decoded == golden.event) << golden.type << " version " << golden.version;
  }
}

}  // namespace
}  // namespace docket::domain::codec
