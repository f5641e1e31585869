#include "tests/eventstore/store_testing.h"

#include <array>
#include <cstdlib>
#include <ostream>
#include <stdexcept>

#include "eventstore/bytes.h"

namespace docket::eventstore {

void PrintTo(StoreErrorCode code, std::ostream* out) {
  constexpr std::array<std::string_view, 13> kNames = {
      "notFound", "locked", "readOnly",    "newerFormat", "olderFormat", "corrupt", "behindAnchor",
      "io",       "failed", "interrupted", "invalid",     "keyMissing",  "erased"};
  *out << kNames[static_cast<std::size_t>(code)];
}

void PrintTo(const StoreError& error, std::ostream* out) {
  PrintTo(error.code, out);
  *out << ": " << error.message;
}

void PrintTo(const AppendResult& result, std::ostream* out) {
  if (result) {
    *out << "committed " << result->first.value << " to " << result->last.value;
  } else if (const auto* conditions = testing::conditionsFailed(result)) {
    *out << conditions->violations.size() << " violations";
  } else if (const auto* reused = testing::commandIdReused(result)) {
    *out << "command id reused, first at " << reused->first.value;
  } else {
    PrintTo(*testing::storeError(result), out);
  }
}

namespace testing {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "docket-log-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Timestamp at(std::int64_t micros) {
  return Timestamp(std::chrono::microseconds(micros));
}

CommandId commandId(std::uint64_t number) {
  CommandId id;
  putBigEndian64(id.bytes.data(), number);
  return id;
}

Fingerprint fingerprint(std::uint64_t number) {
  Fingerprint made;
  putBigEndian64(made.bytes.data(), number);
  return made;
}

Digest digest(std::uint64_t number) {
  Digest made;
  putBigEndian64(made.bytes.data(), number);
  return made;
}

std::vector<std::byte> bytes(std::string_view text) {
  const auto span = asBytes(text);
  return {span.begin(), span.end()};
}

std::string text(std::span<const std::byte> data) {
  return std::string(asText(data));
}

StreamId stream(std::string_view written) {
  const std::size_t slash = written.find('/');
  return {std::string(written.substr(0, slash)), std::string(written.substr(slash + 1))};
}

NewEvent event(std::string_view streamText, std::string_view payload, std::string_view type) {
  return {stream(streamText), std::string(type), 1, at(500), bytes(payload)};
}

Unit unit(std::uint64_t number, std::vector<NewEvent> events, std::vector<Condition> conditions) {
  Unit made;
  made.commandId = commandId(number);
  made.fingerprint = fingerprint(number);
  made.actor = "tester";
  made.conditions = std::move(conditions);
  made.events = std::move(events);
  return made;
}

std::string lineOf(std::uint64_t position, std::string_view streamText, std::uint64_t version,
                   std::string_view type, std::string_view payload) {
  std::string line = std::to_string(position);
  line.append(" ").append(streamText).append("@").append(std::to_string(version));
  return line.append(" ").append(type).append(" ").append(payload);
}

std::vector<std::string> lines(LogReader reader) {
  return lines([&] { return reader.next(); });
}

std::vector<std::string> lines(
    const std::function<tl::expected<const RecordedEvent*, StoreError>()>& read) {
  std::vector<std::string> result;
  while (true) {
    const auto next = read();
    if (!next) {
      result.push_back("ERROR " + next.error().message);
      return result;
    }
    if (*next == nullptr) return result;
    const Envelope& envelope = (*next)->envelope;
    result.push_back(lineOf(envelope.position.value, envelope.stream().text(),
                            envelope.version.value, envelope.type, asText((*next)->payload)));
  }
}

std::string textOf(const Expected& expected) {
  if (const auto* exactly = std::get_if<Exactly>(&expected)) {
    return "exactly " + std::to_string(exactly->version.value);
  }
  constexpr std::array<std::string_view, 3> kNames = {"any", "no stream", "exists"};
  return std::string(kNames.at(expected.index()));
}

void LogTest::open() {
  auto opened = tryOpen();
  ASSERT_TRUE(opened) << opened.error().message;
  log_ = std::move(*opened);
}

tl::expected<std::unique_ptr<Log>, StoreError> LogTest::tryOpen(bool create, bool readOnly) {
  LogOptions options;
  options.directory = directory();
  options.create = create;
  options.readOnly = readOnly;
  options.eventsPerIndexing = eventsPerIndexing_;
  return Log::open(options);
}

void LogTest::reopen() {
  close();
  open();
}

Committed LogTest::append(const Unit& unit, std::int64_t nowMicros) {
  const AppendResult result = tryAppend(unit, nowMicros);
  EXPECT_TRUE(result) << ::testing::PrintToString(result);
  return result.value_or(Committed{});
}

AppendResult LogTest::tryAppend(const Unit& unit, std::int64_t nowMicros) {
  return log_->append({&unit, 1}, at(nowMicros)).at(0);
}

std::vector<std::string> LogTest::all(const ReadOptions& options) {
  return lines(log_->readAll(options));
}

std::vector<std::string> LogTest::ofStream(std::string_view streamText,
                                           const ReadOptions& options) {
  return lines(log_->readStream(stream(streamText), options));
}

const ConditionsFailed* conditionsFailed(const AppendResult& result) {
  return result ? nullptr : std::get_if<ConditionsFailed>(&result.error());
}
const CommandIdReused* commandIdReused(const AppendResult& result) {
  return result ? nullptr : std::get_if<CommandIdReused>(&result.error());
}
const StoreError* storeError(const AppendResult& result) {
  return result ? nullptr : std::get_if<StoreError>(&result.error());
}

}  // namespace testing
}  // namespace docket::eventstore
