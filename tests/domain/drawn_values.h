// Random values of the domain, made from a list of numbers that RapidCheck draws and shrinks: a
// shorter list and smaller numbers make a simpler value. RapidCheck prints the seed of a run; the
// environment variable RC_PARAMS="seed=N" takes it back.
#pragma once

#include <rapidcheck.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/board_event.h"
#include "domain/desk_event.h"
#include "domain/types.h"

namespace docket::domain::test {

// Up to `countMax` numbers, drawn by the property that runs. Only the list grows with the size:
// whole numbers drawn at a size over 100 are nearly all the same one.
inline std::vector<std::uint32_t> drawNumbers(int countMax) {
  return *rc::gen::resize(countMax, rc::gen::container<std::vector<std::uint32_t>>(
                                        rc::gen::resize(100, rc::gen::arbitrary<std::uint32_t>())));
}

// One alternative of a variant, filled by `source.fill(alternative)`.
template <class Variant, class Source, std::size_t I>
Variant filledAlternative(Source& source) {
  std::variant_alternative_t<I, Variant> alternative;
  source.fill(alternative);
  return Variant(std::move(alternative));
}
template <class Variant, class Source, std::size_t... I>
Variant filledAlternative(Source& source, std::size_t index, std::index_sequence<I...>) {
  using Fill = Variant (*)(Source&);
  static constexpr std::array<Fill, sizeof...(I)> kFills{&filledAlternative<Variant, Source, I>...};
  return kFills[index](source);
}
template <class Variant, class Source>
Variant oneOfAll(Source& source) {
  constexpr std::size_t kCount = std::variant_size_v<Variant>;
  return filledAlternative<Variant>(source, source.below(kCount),
                                    std::make_index_sequence<kCount>{});
}

class DrawnValues {
 public:
  explicit DrawnValues(std::vector<std::uint32_t> numbers) : numbers_(std::move(numbers)) {}

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
  // A name of any kind: mostly a likely one.
  template <class Id>
  Id id() {
    static const std::vector<std::string> kLikely{"", "OPS", "DEV", "done", "gold", "standard"};
    return Id{below(8) == 7 ? text() : oneOf(kLikely)};
  }
  TicketId ticketId() { return {id<BoardKey>(), 1 + below(8)}; }
  Place place() {
    static const std::vector<std::string> kColumns{"inbox", "follow-up", "in-progress",
                                                   "done",  "closed",    "elsewhere"};
    return {ColumnId{oneOf(kColumns)}, category(), waitsFor()};
  }
  template <class T, class Make>
  std::vector<T> several(std::uint32_t countMax, Make make) {
    std::vector<T> made;
    for (std::uint32_t n = below(countMax + 1); n > 0; --n) made.push_back(make());
    return made;
  }
  template <class Make>
  auto maybe(Make make) {
    return flag() ? std::optional(make()) : std::nullopt;
  }

  WaitsFor waitsFor() { return enumerant<WaitsFor>(4); }
  ChangeKind changeKind() { return enumerant<ChangeKind>(4); }
  Level level() { return enumerant<Level>(4); }
  Priority priority() { return enumerant<Priority>(6); }
  CynefinDomain cynefin() { return enumerant<CynefinDomain>(5); }
  Channel channel() { return enumerant<Channel>(6); }
  Direction direction() { return enumerant<Direction>(2); }
  LinkKind linkKind() { return enumerant<LinkKind>(6); }
  Verdict verdict() { return enumerant<Verdict>(2); }
  ResolutionKind resolutionKind() { return enumerant<ResolutionKind>(6); }
  Gate gate() { return enumerant<Gate>(2); }
  PromiseKind promiseKind() { return enumerant<PromiseKind>(5); }
  ReturnCause returnCause() { return enumerant<ReturnCause>(2); }
  Role role() { return enumerant<Role>(6); }

  std::chrono::seconds seconds() {
    return std::chrono::seconds{static_cast<std::int64_t>(flag() ? wide() : below(100'000))};
  }
  std::chrono::microseconds microseconds() {
    return std::chrono::microseconds{static_cast<std::int64_t>(wide())};
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

  Classification classification() {
    return {ticketType(), serviceClass(),
            changeKind(), level(),
            level(),      priority(),
            cynefin(),    id<ServiceId>(),
            text(),       several<std::string>(3, [&] { return text(); })};
  }

  // --- Of a board ---
  std::optional<std::uint32_t> limit() { return flag() ? std::optional(below(5)) : std::nullopt; }
  Column boardColumn() { return {place().column, text(), category(), limit(), flag(), waitsFor()}; }
  std::vector<ServiceClass> classes() {
    return several<ServiceClass>(3, [&] { return serviceClass(); });
  }
  Lane lane() { return {id<LaneId>(), text(), classes()}; }
  LimitScope limitScope() {
    return {enumerant<LimitKind>(7), place().column, id<LaneId>(), subject(), ticketType(),
            serviceClass()};
  }
  Reservation reservation() {
    if (flag()) return {ticketType(), std::nullopt, number()};
    return {std::nullopt, serviceClass(), number()};
  }
  BoardPolicy policy() {
    return {flag(),   number(), several<Reservation>(3, [&] { return reservation(); }),
            number(), number(), seconds()};
  }
  RuleAction ruleAction() {
    switch (below(std::variant_size_v<RuleAction>)) {
      case 0:
        return OfferHandOverTo{id<BoardKey>()};
      case 1:
        return AssignToTeam{id<TeamId>()};
      case 2:
        return AddRequiredCheck{text()};
      case 3:
        return MoveToColumn{place().column};
      default:
        return ReturnHome{text()};
    }
  }
  Rule rule() {
    return {id<RuleId>(), place().column, maybe([&] { return ticketType(); }), ruleAction()};
  }
  std::vector<Grant> grants() {
    return several<Grant>(3, [&] { return Grant{role(), maybeInstant()}; });
  }

  // --- Of the desk ---
  DayWindows windows() {
    return several<DayWindow>(3, [&] {
      return DayWindow{std::chrono::seconds{below(86'400)}, std::chrono::seconds{below(86'401)}};
    });
  }
  WeekWindows week() {
    WeekWindows made;
    for (DayWindows& day : made) day = windows();
    return made;
  }
  std::chrono::year_month_day date() {
    return std::chrono::sys_days{std::chrono::days{below(50'000)}};
  }
  std::vector<DatedWindows> datedWindows() {
    return several<DatedWindows>(2, [&] { return DatedWindows{date(), windows()}; });
  }
  Calendar calendar() {
    Calendar made{id<CalendarId>(),
                  text(),
                  flag() ? "Europe/Berlin" : text(),
                  week(),
                  week(),
                  several<std::chrono::year_month_day>(3, [&] { return date(); }),
                  {},
                  {},
                  {}};
    made.yearlyHolidays = several<std::chrono::month_day>(
        3, [&] { return std::chrono::month{1 + below(12)} / std::chrono::day{1 + below(31)}; });
    made.breaks = datedWindows();
    made.shifts = datedWindows();
    return made;
  }
  PromisePolicy promisePolicy() {
    const auto target = [&] { return PromiseTarget{promiseKind(), seconds(), byte(), flag()}; };
    return {id<PromisePolicyId>(),
            text(),
            {id<BoardKey>(), maybe([&] { return ticketType(); }), maybe([&] { return priority(); }),
             id<ServiceId>(), text()},
            id<CalendarId>(),
            several<PromiseTarget>(3, target),
            flag()};
  }

 private:
  std::vector<std::uint32_t> numbers_;
  std::size_t next_ = 0;
};

}  // namespace docket::domain::test
