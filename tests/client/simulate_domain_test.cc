// The model of the desk against the real rules: every step does what the model foretells, with no
// server in between.
#include <gtest/gtest.h>

#include <map>

#include "client/simulate/desk_model.h"
#include "domain/ticket.h"
#include "domain/world.h"

namespace docket::client::simulate {
namespace {

domain::Timestamp instant(Seconds at) {
  return domain::Timestamp(std::chrono::seconds(at));
}

template <class... Functions>
struct Cases : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Cases(Functions...) -> Cases<Functions...>;

const domain::BoardKey kBoard{"OPS"};

domain::TicketCommand commandOf(const Step& step) {
  const domain::TicketId id{kBoard, step.ticket};
  const auto column = [](std::string_view name) { return domain::ColumnId{std::string(name)}; };
  return std::visit(
      Cases{
          [&](const OpenStep& one) -> domain::TicketCommand {
            domain::OpenTicket open;
            open.board = kBoard;
            open.type = *domain::parseTicketType(one.type);
            open.serviceClass = *domain::parseServiceClass(one.serviceClass);
            open.title = one.title;
            open.description = one.description;
            open.requester = {one.requester};
            if (one.due) open.due = instant(*one.due);
            if (open.type == domain::TicketType::change) {
              open.classification.changeKind = domain::ChangeKind::standard;
            }
            return open;
          },
          [&](const MoveStep& one) -> domain::TicketCommand {
            return domain::MoveTicket{id, column(one.column), {}, {}};
          },
          [&](const PullStep& one) -> domain::TicketCommand {
            return domain::PullNext{kBoard, {}, column(kInProgress), {one.agent}};
          },
          [&](const AssignStep& one) -> domain::TicketCommand {
            return domain::AssignTicket{
                id, domain::SubjectId{std::string(one.assignee)}, std::nullopt, {}};
          },
          [&](const EscalateStep& one) -> domain::TicketCommand {
            return domain::EscalateTicket{id, static_cast<domain::Tier>(one.tier),
                                          std::string(one.note)};
          },
          [&](const BlockStep& one) -> domain::TicketCommand {
            return domain::BlockTicket{id, domain::parseBlockerKind(one.kind).value(),
                                       std::string(one.reason)};
          },
          [&](const UnblockStep& one) -> domain::TicketCommand {
            return domain::UnblockTicket{id, std::string(one.note)};
          },
          [&](const CommentStep& one) -> domain::TicketCommand {
            return domain::AddComment{id, std::string(one.text), one.isPublic};
          },
          [&](const ResolveStep& one) -> domain::TicketCommand {
            return domain::ResolveTicket{id, column(kDone), std::string(one.resolution),
                                         domain::ResolutionKind::unspecified};
          },
          [&](const ReopenStep& one) -> domain::TicketCommand {
            return domain::ReopenTicket{id, column(kFollowUp), std::string(one.reason)};
          },
      },
      step.kind);
}

struct RealDesk {
  domain::World world;
  domain::Board board;
  std::map<std::uint64_t, domain::Ticket> tickets;
  std::map<std::uint64_t, std::uint64_t> eventCounts;  // so far

  void apply(const domain::BoardCommand& command) {
    const auto events = domain::decide(board, command, {{}, {"importer"}, world});
    ASSERT_TRUE(events.has_value());
    for (const auto& event : *events) {
      domain::evolve(board, event);
      world.apply(kBoard, event);
    }
  }

  void play(const Step& step) {
    const domain::Context context{instant(step.at), {"importer"},     world, false,
                                  std::nullopt,     {step.onBehalfOf}};
    const auto decided = domain::decide(tickets[step.ticket], commandOf(step), context);
    if (step.refusedByLimit) {
      ASSERT_FALSE(decided.has_value());
      ASSERT_TRUE(std::holds_alternative<domain::WipLimitReached>(decided.error().front()));
      return;
    }
    ASSERT_TRUE(decided.has_value()) << domain::describe(decided.error().front()).message;
    ASSERT_EQ(decided->ticket.number, step.ticket);
    for (const auto& [ticket, event] : decided->changes) {
      ASSERT_EQ(ticket, decided->ticket);
      domain::evolve(tickets[step.ticket], event, instant(step.at));
      world.apply(ticket, event, instant(step.at));
    }
    std::uint64_t& events = eventCounts[step.ticket];
    events += decided->changes.size();
    ASSERT_EQ(events - 1, step.version);
  }
};

TEST(DeskModel, ForetellsWhatTheRealRulesDecide) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DeskOptions options;
    options.seed = seed;
    options.until = 1'700'000'000 + static_cast<Seconds>(seed) * 31 * kHour;
    options.perDay = seed % 4 == 0 ? 60 : options.perDay;
    DeskModel model(options);
    RealDesk desk;
    desk.apply(domain::CreateBoard{kBoard, "Desk", "it-support", {}});
    for (const ColumnLimit& limit : model.limits()) {
      domain::LimitScope scope;
      scope.column = {std::string(limit.column)};
      desk.apply(domain::SetLimit{kBoard, scope, limit.limit});
    }
    while (const auto step = model.next()) {
      ASSERT_NO_FATAL_FAILURE(desk.play(*step)) << "seed " << seed << ", step " << step->number;
    }
  }
}

}  // namespace
}  // namespace docket::client::simulate
