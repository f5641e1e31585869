// The contract of the event log as one suite that takes any implementation.
//
// An implementation is named by an adapter, StoreUnderTest, and an instantiation of the suites:
//
//   INSTANTIATE_TEST_SUITE_P(RocksDb, Conformance, ::testing::Values(Implementation{"Log", make}));
//   INSTANTIATE_TEST_SUITE_P(RocksDb, ConformanceReading, ...);  // conformance_reading.h
//
// The interface is one of the tests alone: the product has none until it has two implementations.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {

// What LogReader is: walks one snapshot.
struct Cursor {
  std::function<tl::expected<const RecordedEvent*, StoreError>()> next;
  std::function<Position()> snapshotHead;
};

inline std::vector<std::string> lines(const Cursor& cursor) {
  return lines(cursor.next);
}

// A store that is open from its making on. Operations as in eventstore/log.h; what cannot be done
// here fails the test.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  // Closes the store and opens it again.
  virtual void reopen() = 0;
  // Destroys the store and makes an empty one.
  virtual void remake() = 0;
  // Brings all that is stored into the form that it takes in the long run; leaves the store open.
  virtual void settle() = 0;
  // What the implementation has done beside appends now and then. False if that failed.
  virtual bool maintain() = 0;

  virtual std::vector<AppendResult> append(std::span<const Unit> units, Timestamp now) = 0;
  virtual Position head() const = 0;
  virtual tl::expected<std::optional<Version>, StoreError> lastVersion(const StreamId&) const = 0;
  virtual tl::expected<std::optional<KnownCommand>, StoreError> findCommand(
      const CommandId&) const = 0;
  virtual Cursor readAll(const ReadOptions& options = {}) const = 0;
  virtual Cursor readStream(const StreamId&, const ReadOptions& options = {}) const = 0;
};

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};
inline void PrintTo(const Implementation& implementation, std::ostream* out) {
  *out << implementation.name;
}

class Conformance : public ::testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override { store_ = GetParam().make(); }

  StoreUnderTest& store() { return *store_; }
  void reopen() { store_->reopen(); }

  // Appends one unit that must succeed.
  Committed append(const Unit& unit, std::int64_t nowMicros = 1'000'000) {
    const AppendResult result = tryAppend(unit, nowMicros);
    EXPECT_TRUE(result) << ::testing::PrintToString(result);
    return result.value_or(Committed{});
  }
  AppendResult tryAppend(const Unit& unit, std::int64_t nowMicros = 1'000'000) {
    return store_->append({&unit, 1}, at(nowMicros)).at(0);
  }
  std::vector<std::string> all(const ReadOptions& options = {}) {
    return lines(store_->readAll(options));
  }
  std::vector<std::string> ofStream(std::string_view name, const ReadOptions& options = {}) {
    return lines(store_->readStream(stream(name), options));
  }

 private:
  std::unique_ptr<StoreUnderTest> store_;
};

}  // namespace docket::eventstore::testing
