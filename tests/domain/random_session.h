// A desk with two boards at which random commands arrive, carried on by its rules and clocks as the
// server does it.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "domain/automation.h"
#include "domain/board.h"
#include "domain/desk.h"
#include "domain/promise.h"
#include "domain/ticket.h"
#include "domain/world.h"
#include "tests/domain/command_choices.h"

namespace docket::domain::test {

class Session {
 public:
  // Boards OPS (it-support) and DEV (development), rules between them, limits of several scopes, a
  // calendar and promises; and, if the choices say so, roles.
  explicit Session(CommandChoices& choices);
  virtual ~Session() = default;

  // Time goes on, clocks are looked after, then one command arrives.
  void step();

  struct OnBoard {
    BoardKey board;
    BoardEvent event;
  };
  struct Logged {
    std::variant<TicketChange, OnBoard, DeskEvent> event;
    Timestamp at;
  };
  const std::vector<Logged>& log() const { return log_; }
  const World& world() const { return world_; }
  const std::map<TicketId, Ticket>& tickets() const { return tickets_; }
  Timestamp now() const { return now_; }

 protected:
  // Called before and after what was decided is written, and for what was refused.
  virtual void aboutToWrite(const TicketCommand&, const Decided&) {}
  virtual void written(const TicketCommand&, const Decided&) {}
  virtual void refused(const Rejection&) {}
  // The rules and clocks of a ticket that was touched are done with it.
  virtual void settled(const TicketId&) {}

 private:
  struct Trigger {
    TicketChange change;
    int depth;
  };

  Ticket ticket(const TicketId& id) const;
  std::optional<TicketCommand> onHandedOver();
  bool perform(const TicketCommand& command, const Context& context, int depth);
  void perform(const BoardCommand& command, const SubjectId& actor);
  void perform(const DeskCommand& command);
  void runRules();
  void keepPromises(const TicketId& id);
  void write(const TicketChange& change);
  void setUpBoards();
  void setUpPromises();
  void setUpRoles();
  void setUpLimits();

  CommandChoices& choices_;
  World world_;
  std::map<TicketId, Ticket> tickets_;
  std::vector<Logged> log_;
  std::vector<Trigger> triggers_;
  Timestamp now_;
};

}  // namespace docket::domain::test
