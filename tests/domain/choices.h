// Random values of the domain, made from a list of numbers that RapidCheck draws and shrinks: a
// shorter list and smaller numbers make a simpler value. RapidCheck prints the seed of a run; the
// environment variable RC_PARAMS="seed=N" takes it back.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/command.h"
#include "domain/ticket_event.h"

namespace docket::domain::test {

// Up to `countMax` numbers, drawn by the property that runs. Only the list grows with the size:
// whole numbers drawn at a size over 100 are nearly all the same one.
inline std::vector<std::uint32_t> drawNumbers(int countMax) {
  return *rc::gen::resize(countMax, rc::gen::container<std::vector<std::uint32_t>>(
                                        rc::gen::resize(100, rc::gen::arbitrary<std::uint32_t>())));
}

class Choices {
 public:
  explicit Choices(std::vector<std::uint32_t> numbers) : numbers_(std::move(numbers)) {}

  bool exhausted() const { return next_ >= numbers_.size(); }
  std::uint32_t number() { return exhausted() ? 0 : numbers_[next_++]; }
  std::uint32_t below(std::uint32_t end) { return number() % end; }
  std::optional<std::uint64_t> maybeWide() { return flag() ? std::optional(wide()) : std::nullopt; }
  bool flag() { return below(2) == 1; }
  std::uint64_t wide() { return (std::uint64_t{number()} << 32) | number(); }

  template <class T>
  const T& oneOf(const std::vector<T>& values) {
    return values[below(static_cast<std::uint32_t>(values.size()))];
  }
  template <class Enum>
  Enum enumerant(std::uint32_t count) {
    return static_cast<Enum>(below(count));
  }
  Timestamp instant() {
    return Timestamp{std::chrono::microseconds{static_cast<std::int64_t>(wide())}};
  }
  std::optional<Timestamp> maybeInstant() {
    return flag() ? std::optional(instant()) : std::nullopt;
  }
  // Any bytes, NUL included.
  std::string text() {
    static const std::vector<std::string> kPieces{
        "", "a", "Printer jams", "ä€", std::string(1, '\0'), "\n", "\xFF", std::string(400, 'x')};
    std::string made;
    for (std::uint32_t n = below(4); n > 0; --n) made += oneOf(kPieces);
    return made;
  }
  std::vector<ForeignAttribute> foreign(int depth = 0) {
    std::vector<ForeignAttribute> made;
    for (std::uint32_t n = below(3); n > 0; --n) {
      ForeignAttribute one{text(), text(), text(), {}};
      if (depth < 7 && flag()) one.children = foreign(depth + 1);
      made.push_back(std::move(one));
    }
    return made;
  }
  TicketType ticketType() { return enumerant<TicketType>(7); }
  ServiceClass serviceClass() { return enumerant<ServiceClass>(4); }
  ColumnCategory category() { return enumerant<ColumnCategory>(5); }
  BlockerKind blockerKind() { return enumerant<BlockerKind>(7); }
  PullRule pullRule() { return enumerant<PullRule>(4); }
  Tier tier() { return static_cast<Tier>(1 + below(3)); }
  SubjectId subject() {
    return SubjectId{oneOf(std::vector<std::string>{"", "anna", "bob", "not an id"})};
  }
  Place place() {
    static const std::vector<std::string> kColumns{"inbox", "follow-up", "in-progress",
                                                   "done",  "closed",    "elsewhere"};
    return {ColumnId{oneOf(kColumns)}, category()};
  }

  // Any event whatever, also one that no decision makes.
  TicketEvent ticketEvent(const TicketId& id) {
    switch (below(std::variant_size_v<TicketEvent>)) {
      case 0:
        return TicketOpened{id,     place(),   ticketType(),   serviceClass(), tier(),   text(),
                            text(), subject(), maybeInstant(), text(),         foreign()};
      case 1:
        return TicketMoved{place(), place(), wide(), text()};
      case 2:
        return TicketPulled{place(), place(), subject(), wide(), pullRule(), wide(), maybeWide()};
      case 3:
        return TicketAssigned{subject(), subject()};
      case 4:
        return TicketEscalated{tier(), tier(), text()};
      case 5:
        return TicketBlocked{blockerKind(), text()};
      case 6:
        return TicketUnblocked{blockerKind(), text()};
      case 7:
        return CommentAdded{text(), flag()};
      case 8:
        return TicketResolved{place(), place(), text()};
      case 9:
        return TicketReopened{place(), place(), text()};
      default:
        return HistoryRecorded{wide(), text(), text(),
                               flag() ? std::optional(place()) : std::nullopt, foreign()};
    }
  }

  std::optional<std::uint32_t> limit() { return flag() ? std::optional(below(5)) : std::nullopt; }
  BoardEvent boardEvent() {
    if (flag()) return LimitSet{place().column, limit(), limit()};
    BoardCreated created{BoardKey{text()}, text(), text(), {}, number()};
    for (std::uint32_t n = below(5); n > 0; --n) {
      created.columns.push_back({place().column, text(), category(), limit(), flag()});
    }
    return created;
  }

  SubjectEvent subjectEvent() {
    switch (below(std::variant_size_v<SubjectEvent>)) {
      case 0:
        return SubjectErased{text()};
      case 1:
        return LegalHoldPlaced{text()};
      default:
        return LegalHoldLifted{text()};
    }
  }

 private:
  std::vector<std::uint32_t> numbers_;
  std::size_t next_ = 0;
};

}  // namespace docket::domain::test
