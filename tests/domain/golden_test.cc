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
  opened.openedBy = anna;
  return {
      opened,
      TicketMoved{inbox, waiting, 3, "the boss asked"},
      TicketPulled{inbox, inProgress, anna, 4, PullRule::fixedDate, 17, 2},
      TicketAssigned{SubjectId{}, anna},
      TicketEscalated{Tier::first, Tier::third, "tried all"},
      TicketBlocked{BlockerKind::other, "no toner"},
      TicketUnblocked{BlockerKind::supplier, "it came"},
      CommentAdded{"thanks", true},
      TicketResolved{inProgress, done, "new toner", ResolutionKind::workaround},
      TicketReopened{closed, inbox, "jams again"},
      HistoryRecorded{9, "Accepted/In Progress", "Anna Berg", done, foreign, anna,
                      TeamId{"network"}, Tier::third},
  };
}

std::vector<TicketEvent> goldenWorkEvents() {
  const Place inbox{ColumnId{"inbox"}, ColumnCategory::queue};
  const Place backlog{ColumnId{"backlog"}, ColumnCategory::queue};
  const Place plan{ColumnId{"plan"}, ColumnCategory::active};
  const Place waiting{ColumnId{"waiting-on-customer"}, ColumnCategory::waiting, WaitsFor::customer};
  const Place done{ColumnId{"done"}, ColumnCategory::resolved};
  const Place closed{ColumnId{"closed"}, ColumnCategory::closed};
  const SubjectId anna{"anna"};
  const SubjectId bob{"bob"};
  const BoardKey dev{"DEV"};
  const TicketId other{dev, 7};
  const Classification after{TicketType::change,
                             ServiceClass::expedite,
                             ChangeKind::emergency,
                             Level::high,
                             Level::medium,
                             Priority::p1,
                             CynefinDomain::complex,
                             ServiceId{"e-mail"},
                             "Acme",
                             {"printer", "vip"}};
  return {
      TicketEdited{"title", "Printer", "Printer jäms"},
      TicketClassified{Classification{}, after},
      TicketCommitted{},
      TeamAssigned{TeamId{}, TeamId{"network"}},
      ContactRecorded{Channel::walkIn, Direction::outbound, "told her"},
      TicketCameBack{waiting, inbox, ReturnCause::handOverReturned, 5, true},
      HandOverOffered{dev, "a defect"},
      HandOverAccepted{dev, backlog, anna, 6, "the boss asked"},
      HandOverReturned{dev, "works for us", false},
      GuestMoved{dev, backlog, plan, 7, "the boss asked"},
      GuestPulled{dev, backlog, plan, anna, 8, PullRule::intangible, 9, 2},
      GuestAssigned{dev, anna, bob},
      ApprovalRequested{2, {anna, bob}, 2, "May we restart it?", SubjectId{"carl"}},
      ApprovalDecided{2, anna, Verdict::rejected, "not on a Friday"},
      CheckAdded{3, "Told everybody", false, Gate::close},
      CheckCompleted{3, "by mail"},
      TicketLinked{LinkKind::causedByChange, other, false},
      TicketUnlinked{LinkKind::duplicates, other, true},
      TicketSplit{{other, {dev, 8}}},
      TicketClosed{done, closed},
      TicketCancelled{inbox, closed, "sold the printer"},
      SatisfactionRecorded{5, "thank you"},
      PromiseMade{PromiseKind::timeToOwn, PromisePolicyId{"gold"}, 3, CalendarId{"office-hours"},
                  std::chrono::hours{4}, 75, true, at(1'772'409'600'000'001)},
      PromiseChanged{PromiseKind::resolution, std::chrono::hours{8}, std::chrono::hours{16},
                     "a part is missing"},
      PromiseWarned{PromiseKind::firstResponse, at(1'772'409'600'000'002)},
      PromiseMissed{PromiseKind::nextUpdate, at(1'772'409'600'000'003)},
      PromiseMet{PromiseKind::supplier, at(1'772'409'600'000'004),
                 std::chrono::microseconds{12'345'678}},
      RuleNotApplied{dev, RuleId{"return-when-done"}, {"no-hand-over", "field-invalid"}},
  };
}

std::vector<BoardEvent> goldenBoardEvents() {
  const Column doing{ColumnId{"doing"}, "Doing", ColumnCategory::active, 0, false};
  const Column waiting{ColumnId{"with-dealer"}, "With Dealer", ColumnCategory::waiting, 4, true,
                       WaitsFor::supplier};
  const Lane fast{LaneId{"fast"}, "Fast", {ServiceClass::expedite, ServiceClass::fixedDate}};
  const Lane slow{LaneId{"slow"}, "Slow", {ServiceClass::intangible}};
  const Rule offer{RuleId{"ask-dev"}, ColumnId{"with-dealer"}, TicketType::defect,
                   OfferHandOverTo{BoardKey{"DEV"}}};
  const Rule check{RuleId{"check"}, ColumnId{"done"}, std::nullopt,
                   AddRequiredCheck{"Told everybody"}};
  BoardPolicy policy;
  policy.allowsOverride = false;
  policy.expediteLimit = 2;
  policy.reservations = {{TicketType::incident, std::nullopt, 3},
                         {std::nullopt, ServiceClass::intangible, 1}};
  policy.intangibleMin = 1;
  policy.intangibleOf = 5;
  policy.fixedDateLeadTime = std::chrono::hours{36};
  const LimitScope cell{LimitKind::cell, ColumnId{"doing"}, LaneId{"fast"}, {}, {}, {}};
  const Timestamp noon = at(1'772'452'800'000'000);
  return {
      BoardCreated{BoardKey{"OPS"},
                   "Operations",
                   "custom",
                   {{ColumnId{"to-do"}, "To Do", ColumnCategory::queue, std::nullopt, true},
                    doing,
                    {ColumnId{"done"}, "Done", ColumnCategory::resolved, 10'000, false}},
                   2,
                   {fast, slow},
                   {offer, check}},
      LimitSet{cell, std::nullopt, 5},
      ColumnAdded{waiting, 2},
      ColumnChanged{doing, {doing.id, "At Work", ColumnCategory::active, 3, false}},
      ColumnRelocated{doing.id, 1, 2},
      ColumnRemoved{waiting, 2},
      LaneAdded{slow, 1},
      LaneChanged{slow, {slow.id, "Later", {ServiceClass::standard, ServiceClass::intangible}}},
      LaneRelocated{fast.id, 0, 1},
      LaneRemoved{fast, 1},
      PolicySet{BoardPolicy{}, policy},
      RuleSet{check, {check.id, ColumnId{"done"}, TicketType::change, MoveToColumn{doing.id}}},
      RuleRemoved{{RuleId{"home"}, ColumnId{"done"}, std::nullopt, ReturnHome{"It is done."}}},
      RolesSet{SubjectId{"anna"},
               {{Role::agent, std::nullopt}},
               {{Role::manager, noon}, {Role::auditor, std::nullopt}}},
  };
}

std::vector<DeskEvent> goldenDeskEvents() {
  using namespace std::chrono;
  Calendar calendar;
  calendar.id = CalendarId{"office-hours"};
  calendar.name = "Office hours";
  calendar.timeZone = "Europe/Berlin";
  calendar.weeklyHours[0] = {{hours{8}, hours{12}}, {hours{13}, hours{17}}};
  calendar.weeklyHours[6] = {kAllDay};
  calendar.weeklyBreaks[4] = {{hours{12}, hours{13}}};
  calendar.holidays = {year{2026} / 4 / 6};
  calendar.yearlyHolidays = {month{12} / day{25}, month{2} / day{29}};
  calendar.breaks = {{year{2026} / 12 / 24, {{hours{12}, hours{24}}}}};
  calendar.shifts = {{year{2026} / 5 / 2, {{hours{9}, hours{10}}}}};
  PromisePolicy policy;
  policy.id = PromisePolicyId{"gold"};
  policy.name = "Gold";
  policy.selector = {BoardKey{"OPS"}, TicketType::change, Priority::p2, ServiceId{"e-mail"},
                     "Acme"};
  policy.calendar = calendar.id;
  policy.targets = {{PromiseKind::firstResponse, hours{1}, 50, false},
                    {PromiseKind::resolution, hours{8}, 75, true}};
  policy.inUse = false;
  return {CalendarSet{calendar}, PromisePolicySet{policy},
          ServiceSet{{ServiceId{"e-mail"}, "E-mail", TeamId{"network"}, "Mail Ltd"}}};
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
  const Place done{ColumnId{"done"}, ColumnCategory::resolved};
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
  LimitScope doing;
  doing.column = ColumnId{"doing"};
  return {
      {"TicketOpened", 1, TicketEvent(opened)},
      {"TicketPulled", 1,
       TicketEvent(TicketPulled{inbox, inProgress, SubjectId{"anna"}, 4, PullRule::fixedDate, 17,
                                std::nullopt})},
      {"TicketResolved", 1, TicketEvent(TicketResolved{inProgress, done, "new toner"})},
      {"HistoryRecorded", 1,
       TicketEvent(HistoryRecorded{9, "Accepted/In Progress", "Anna Berg", done, foreign})},
      {"BoardCreated", 1,
       BoardEvent(
           BoardCreated{BoardKey{"OPS"},
                        "Operations",
                        "custom",
                        {{ColumnId{"to-do"}, "To Do", ColumnCategory::queue, std::nullopt, true},
                         {ColumnId{"doing"}, "Doing", ColumnCategory::active, 0, false},
                         {ColumnId{"done"}, "Done", ColumnCategory::resolved, 10'000, false}},
                        2})},
      {"LimitSet", 1, BoardEvent(LimitSet{doing, std::nullopt, 5})},
  };
}

struct Golden {
  EncodedEvent encoded;
  Event event;
};

std::vector<Golden> goldenEvents() {
  std::vector<Golden> all;
  for (const TicketEvent& event : goldenTicketEvents()) all.push_back({encode(event), event});
  for (const TicketEvent& event : goldenWorkEvents()) all.push_back({encode(event), event});
  for (const BoardEvent& event : goldenBoardEvents()) all.push_back({encode(event), event});
  for (const SubjectEvent& event : goldenSubjectEvents()) all.push_back({encode(event), event});
  for (const DeskEvent& event : goldenDeskEvents()) all.push_back({encode(event), event});
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
