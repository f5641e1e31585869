#include "tests/projections/fixtures.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <thread>

#include "domain/cases.h"

namespace docket::projections::testing {

namespace {

std::string journalKey(std::uint64_t position) {
  const std::string digits = std::to_string(position);
  std::string key(21 - digits.size(), '0');
  key.front() = 'e';
  return key.append(digits);
}

std::uint64_t journalCount(const RowReader& rows) {
  return std::stoull(rows.get("count").value_or("0"));
}

}  // namespace

domain::BoardCreated boardCreated(const domain::BoardKey& key) {
  using domain::ColumnCategory;
  return {key,
          "Desk " + key.value,
          "custom",
          {{{"inbox"}, "Inbox", ColumnCategory::queue, std::nullopt, false},
           {{"follow-up"}, "Follow-Up", ColumnCategory::queue, std::nullopt, true},
           {{"doing"}, "Doing", ColumnCategory::active, 3, false},
           {{"done"}, "Done", ColumnCategory::resolved, std::nullopt, false}},
          1,
          {},
          {}};
}

domain::TicketOpened ticketOpened(const domain::TicketId& id, const domain::Place& at,
                                  std::string title) {
  domain::TicketOpened opened;
  opened.id = id;
  opened.place = at;
  opened.title = std::move(title);
  return opened;
}

// --- MapRows
// --------------------------------------------------------------------------------------

std::optional<std::string> MapRows::get(std::string_view key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

void MapRows::scan(std::string_view prefix, const Visit& visit) const {
  scanFrom(prefix, {}, false, visit);
}

void MapRows::scanFrom(std::string_view prefix, std::string_view from, bool backward,
                       const Visit& visit) const {
  std::vector<std::pair<std::string_view, std::string_view>> wanted;
  for (const auto& [key, value] : rows_) {
    const bool inRange = from.empty() || (backward ? key <= from : key >= from);
    if (key.starts_with(prefix) && inRange) wanted.emplace_back(key, value);
  }
  if (backward) std::reverse(wanted.begin(), wanted.end());
  for (const auto& [key, value] : wanted) {
    if (!visit(key, value)) return;
  }
}

void MapRows::put(std::string_view key, std::string_view value) {
  rows_.insert_or_assign(std::string(key), std::string(value));
}

void MapRows::erase(std::string_view key) {
  rows_.erase(std::string(key));
}

// --- ViewUnderTest
// --------------------------------------------------------------------------------

ViewUnderTest& ViewUnderTest::ticket(const domain::TicketId& id, const domain::TicketEvent& event,
                                     domain::Timestamp occurredAt) {
  apply(domain::codec::kTicketStream, id.text(), event, occurredAt);
  return *this;
}

ViewUnderTest& ViewUnderTest::board(const domain::BoardKey& key, const domain::BoardEvent& event) {
  apply(domain::codec::kBoardStream, key.value, event, kMonday);
  return *this;
}

ViewUnderTest& ViewUnderTest::desk(const domain::DeskEvent& event, domain::Timestamp occurredAt) {
  const auto named = [](const auto& defined) { return defined.id.value; };
  using domain::DefinitionKind;
  const auto [kind, id] =
      std::visit(domain::Cases{
                     [&](const domain::CalendarSet& e) {
                       return std::pair(DefinitionKind::calendar, named(e.calendar));
                     },
                     [&](const domain::PromisePolicySet& e) {
                       return std::pair(DefinitionKind::promisePolicy, named(e.policy));
                     },
                     [&](const domain::ServiceSet& e) {
                       return std::pair(DefinitionKind::service, named(e.service));
                     },
                 },
                 event);
  apply(domain::codec::streamKind(kind), id, event, occurredAt);
  return *this;
}

void ViewUnderTest::apply(std::string_view kind, const std::string& id,
                          const domain::codec::Event& event, domain::Timestamp occurredAt) {
  eventstore::Envelope envelope;
  envelope.position = {position_++};
  envelope.streamKind = kind;
  envelope.streamId = id;
  envelope.version = {versions_[std::string(kind) + "/" + id]++};
  envelope.type = "Tested";
  envelope.occurredAt = occurredAt;
  envelope.recordedAt = kMonday + std::chrono::seconds(position_);
  envelope.actor = "anna";
  const auto applied = projection_->apply(envelope, event, rows_);
  ASSERT_TRUE(applied) << applied.error();
}

// --- TemporaryFolder
// ------------------------------------------------------------------------------

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "docket-views-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

// --- TestLog
// --------------------------------------------------------------------------------------

TestLog::TestLog(std::filesystem::path directory) {
  eventstore::LogOptions options;
  options.directory = std::move(directory);
  auto opened = eventstore::Log::open(options);
  if (!opened) {
    ADD_FAILURE() << opened.error().message;
    std::abort();
  }
  log_ = std::move(*opened);
}

void TestLog::actAs(std::string actor, std::string onBehalfOf) {
  actor_ = std::move(actor);
  onBehalfOf_ = std::move(onBehalfOf);
}

eventstore::NewEvent TestLog::encoded(const domain::TicketId& id, const domain::TicketEvent& event,
                                      domain::Timestamp occurredAt) const {
  domain::codec::EncodedEvent bytes = domain::codec::encode(event);
  return {{std::string(domain::codec::kTicketStream), id.text()},
          std::string(bytes.type),
          bytes.schemaVersion,
          occurredAt,
          std::move(bytes.payload)};
}

void TestLog::ticket(const domain::TicketId& id, const domain::TicketEvent& event) {
  ticket(id, event, now_);
}

void TestLog::ticket(const domain::TicketId& id, const domain::TicketEvent& event,
                     domain::Timestamp occurredAt) {
  append({encoded(id, event, occurredAt)});
}

void TestLog::board(const domain::BoardKey& key, const domain::BoardEvent& event) {
  domain::codec::EncodedEvent bytes = domain::codec::encode(event);
  append({{{std::string(domain::codec::kBoardStream), key.value},
           std::string(bytes.type),
           bytes.schemaVersion,
           now_,
           std::move(bytes.payload)}});
}

void TestLog::raw(std::string stream, std::string type, std::uint16_t schemaVersion,
                  std::vector<std::byte> payload) {
  const std::size_t slash = stream.find('/');
  append({{{stream.substr(0, slash), stream.substr(slash + 1)},
           std::move(type),
           schemaVersion,
           now_,
           std::move(payload)}});
}

void TestLog::comments(std::uint64_t count) {
  while (count != 0) {
    const std::uint64_t many = std::min<std::uint64_t>(count, 1000);
    count -= many;
    append({many, encoded(ops(1), domain::CommentAdded{"a comment", false}, now_)});
  }
}

void TestLog::append(std::vector<eventstore::NewEvent> events) {
  eventstore::Unit unit;
  // Nobody looks commands up here: any id will do that was not there before.
  const std::uint64_t number = head() + held_.size() + 1;
  for (std::size_t i = 0; i < 8; ++i) {
    unit.commandId.bytes[i] = static_cast<std::byte>(number >> 8 * i);
  }
  unit.actor = actor_;
  unit.onBehalfOf = onBehalfOf_;
  unit.events = std::move(events);
  now_ += 1s;
  held_.push_back(std::move(unit));
  if (!holding_) release();
}

void TestLog::release() {
  holding_ = false;
  if (held_.empty()) return;
  const auto results = log_->append(held_, now_);
  held_.clear();
  for (const auto& result : results) ASSERT_TRUE(result) << "the log took not all at " << head();
}

// --- Journal
// --------------------------------------------------------------------------------------

tl::expected<void, std::string> Journal::apply(const eventstore::Envelope& envelope,
                                               const domain::codec::Event& /*event*/,
                                               Rows& rows) const {
  rows.put(journalKey(envelope.position.value), envelope.type);
  if (before_) {
    if (auto refused = before_(envelope); !refused) return refused;
  }
  rows.put("count", std::to_string(journalCount(rows) + 1));
  return {};
}

Journal::Before poisonAt(std::uint64_t position) {
  return [position](const eventstore::Envelope& envelope) -> tl::expected<void, std::string> {
    if (envelope.position.value == position) return tl::unexpected(std::string("poison"));
    return {};
  };
}

std::string faultInJournal(const RowReader& rows, std::uint64_t next) {
  if (journalCount(rows) != next) {
    return "counts " + std::to_string(journalCount(rows)) + " at " + std::to_string(next);
  }
  std::uint64_t seen = 0;
  std::string fault;
  rows.scan("e", [&](std::string_view key, std::string_view) {
    if (key != journalKey(seen)) fault = "has " + std::string(key) + " at " + std::to_string(seen);
    ++seen;
    return fault.empty();
  });
  if (fault.empty() && seen != next) fault = "has " + std::to_string(seen) + " rows";
  return fault;
}

std::vector<std::unique_ptr<Projection>> only(std::unique_ptr<Projection> projection) {
  std::vector<std::unique_ptr<Projection>> projections;
  projections.push_back(std::move(projection));
  return projections;
}

// --- Engine
// ---------------------------------------------------------------------------------------

std::unique_ptr<Engine> openEngine(const std::filesystem::path& directory, TestLog& log,
                                   std::vector<std::unique_ptr<Projection>> projections,
                                   std::size_t writeBufferBytes, std::uint64_t batchEvents) {
  auto engine =
      Engine::open({directory, writeBufferBytes, batchEvents}, log.log(), std::move(projections));
  if (!engine) {
    ADD_FAILURE() << engine.error().message;
    std::abort();
  }
  return std::move(*engine);
}

std::future<bool> askWhenAt(Engine& engine, std::string_view view, std::uint64_t next) {
  auto promise = std::make_shared<std::promise<bool>>();
  engine.whenAt(view, {next}, [promise](bool reached) { promise->set_value(reached); });
  return promise->get_future();
}

bool atHead(Engine& engine, TestLog& log, std::string_view view) {
  engine.logGrew();
  return askWhenAt(engine, view, log.head()).get();
}

ProjectionStatus statusOf(const Engine& engine, std::string_view view) {
  for (ProjectionStatus& status : engine.status()) {
    if (status.name == view) return status;
  }
  ADD_FAILURE() << "no status of " << view;
  return {};
}

std::string digestOf(const Engine& engine, std::string_view view) {
  const auto digest = engine.digest(view);
  return digest ? digest->sha256 : "no digest: " + digest.error().message;
}

void awaitRebuild(const Engine& engine, std::string_view view) {
  while (statusOf(engine, view).rebuilding) std::this_thread::yield();
}

}  // namespace docket::projections::testing
