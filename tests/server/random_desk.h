// Commands at random, for a desk whose rules and promises have much to do.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "server/command_path.h"
#include "tests/domain/calendars.h"

namespace docket::server::test {

class RandomDesk {
 public:
  explicit RandomDesk(std::uint64_t seed) : random_(seed) {}

  // Two boards with rules that set each other off, a calendar and two policies. Sent to a desk that
  // has them already they are refused, and nothing changes.
  std::vector<domain::Command> setting() {
    using namespace domain;
    const auto rule = [](const BoardKey& board, const char* id, const char* onEntry,
                         RuleAction action) {
      return BoardCommand{
          SetRule{board, {RuleId{id}, ColumnId{onEntry}, std::nullopt, std::move(action)}}};
    };
    return {BoardCommand{CreateBoard{kOps, "Operations", "it-support", {}}},
            BoardCommand{CreateBoard{kDev, "Development", "development", {}}},
            rule(kOps, "ask", "requires-further-support", OfferHandOverTo{kDev}),
            rule(kOps, "start", "follow-up", MoveToColumn{ColumnId{"in-progress"}}),
            rule(kOps, "check", "in-progress", AssignToTeam{TeamId{"desk"}}),
            rule(kDev, "test", "implement", MoveToColumn{ColumnId{"test"}}),
            calendar(),
            policy("gold", {}),
            policy("urgent", Priority::p1)};
  }

  domain::Command next() {
    using namespace domain;
    const TicketId ticket{kOps, 1 + random_() % tickets_};
    switch (random_() % 16) {
      case 0:
      case 1:
      case 2: {
        OpenTicket open;
        open.board = kOps;
        open.title = "Printer";
        if (random_() % 3 == 0) open.classification.priority = Priority::p1;
        ++tickets_;
        return TicketCommand{std::move(open)};
      }
      case 3:
        return TicketCommand{AddComment{ticket, "We are on it", random_() % 2 == 0}};
      case 4:
        return TicketCommand{Recommit{ticket, PromiseKind::resolution,
                                      std::chrono::hours(1 + random_() % 20), "As agreed"}};
      case 5:
        return TicketCommand{ResolveTicket{ticket, {}, "New toner", {}}};
      case 6:
        return TicketCommand{ReopenTicket{ticket, {}, "Broken again"}};
      case 7:
        return TicketCommand{AcceptHandOver{ticket, kDev, {}, {}, {}}};
      case 8:
        return TicketCommand{
            MoveTicket{ticket, ColumnId{random_() % 2 == 0 ? "implement" : "done"}, kDev, {}}};
      case 9: {
        ClassifyTicket classify;
        classify.ticket = ticket;
        classify.priority = random_() % 2 == 0 ? Priority::p1 : Priority::p3;
        return TicketCommand{std::move(classify)};
      }
      case 10:
        return random_() % 8 == 0 ? calendar() : policy("gold", {});
      default: {
        static const std::vector<std::string> kColumns = {
            "follow-up", "in-progress", "requires-further-support", "waiting-on-customer", "inbox"};
        return TicketCommand{
            MoveTicket{ticket, ColumnId{kColumns[random_() % kColumns.size()]}, {}, {}}};
      }
    }
  }

  CommandRequest nextRequest(domain::Command command) {
    CommandRequest request;
    for (std::byte& byte : request.id.bytes) byte = static_cast<std::byte>(random_());
    request.fingerprint.bytes[0] = std::byte{1};
    request.actor = domain::SubjectId{"ana"};
    request.command = std::move(command);
    return request;
  }

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

 private:
  inline static const domain::BoardKey kOps{"OPS"};
  inline static const domain::BoardKey kDev{"DEV"};

  domain::Command calendar() {
    const auto opens = std::chrono::hours(6 + random_() % 4);
    domain::Calendar made =
        domain::test::weekly("UTC", {domain::test::window(opens, opens + std::chrono::hours(8))});
    made.id = domain::CalendarId{"hours"};
    return domain::DeskCommand{domain::SetCalendar{std::move(made)}};
  }

  domain::Command policy(std::string id, std::optional<domain::Priority> priority) {
    using domain::PromiseKind;
    domain::PromisePolicy made;
    made.id = domain::PromisePolicyId{id};
    made.name = std::move(id);
    made.calendar = domain::CalendarId{"hours"};
    made.selector.priority = priority;
    made.inUse = random_() % 4 != 0;
    made.targets = {{PromiseKind::firstResponse, std::chrono::hours(1), 50, true},
                    {PromiseKind::resolution, std::chrono::hours(priority ? 2 : 6), 75, true},
                    {PromiseKind::nextUpdate, std::chrono::hours(3), 0, true}};
    return domain::DeskCommand{domain::SetPromisePolicy{std::move(made)}};
  }

  std::mt19937_64 random_;
  std::uint64_t tickets_ = 1;
};

}  // namespace docket::server::test
