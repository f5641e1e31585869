// Decisions on tickets: one function a command. Each looks at its form first (`checkForm`), then at
// the ticket and the world (`judge`), and collects every rule that is broken.
#include <algorithm>
#include <chrono>
#include <utility>

#include "domain/cases.h"
#include "domain/text_rules.h"
#include "domain/ticket.h"
#include "domain/world.h"

namespace docket::domain {
namespace {

// Times that every view can print with a year of four digits.
constexpr Timestamp kDueMin = std::chrono::sys_days{std::chrono::year{1970} / 1 / 1};
constexpr Timestamp kDueMax = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
constexpr std::size_t kForeignAttributesMax = 200;
constexpr std::size_t kForeignNestingMax = 8;
// With the other limits this keeps an event under what the log takes (48 KiB).
constexpr std::size_t kForeignBytesMax = 32 * 1024;

// --- What a decision collects --------------------------------------------------------------------

struct Judgement {
  Rejection broken;
  Decided decided;

  void refuse(Refusal refusal) { broken.push_back(std::move(refusal)); }
  void check(std::optional<FieldInvalid> refusal) {
    if (refusal) broken.push_back(*std::move(refusal));
  }
  bool sound() const { return broken.empty(); }
  // Only a judgement that found nothing broken may write.
  void write(const TicketId& ticket, TicketEvent event) {
    decided.ticket = ticket;
    decided.events.push_back(std::move(event));
  }
};

Place placeOf(const Column& column) {
  return {column.id, column.category};
}

std::string columnText(const Column& column) {
  return column.id.value + " (" + std::string(text(column.category)) + ")";
}

// The column that a command asks for, or `fallback` when it asks for none.
const Column* targetColumn(const Board& board, const ColumnId& asked, const Column* fallback,
                           Judgement& judgement) {
  if (asked.empty()) {
    // Only a board that some other program made can lack its fallback (R10).
    if (fallback == nullptr) judgement.refuse(BoardIncomplete{{"the column that is meant"}});
    return fallback;
  }
  const Column* const found = board.findByText(asked.value);
  if (found == nullptr) judgement.refuse(unknownColumn(board, asked));
  return found;
}

// --- R1 and R2 -----------------------------------------------------------------------------------

// A card about to enter a column. `from` is none for a new one.
struct Entry {
  const BoardWorld& world;
  const Column& to;
  std::optional<ColumnCategory> from;
  ServiceClass serviceClass;

  bool overColumnLimit() const { return to.wipLimit && world.count(to.id) >= *to.wipLimit; }
};

void checkColumnLimit(const Entry& entry, Judgement& judgement) {
  if (entry.serviceClass == ServiceClass::expedite || !entry.overColumnLimit()) return;
  judgement.refuse(WipLimitReached{entry.world.board.key, entry.to.id, *entry.to.wipLimit,
                                   entry.world.count(entry.to.id)});
}

// Counted when work gets under way, by whichever door; never overridden.
void checkExpediteLimit(const Entry& entry, Judgement& judgement) {
  if (entry.serviceClass != ServiceClass::expedite || !isUnderWay(entry.to.category)) return;
  if (entry.from && isUnderWay(*entry.from)) return;
  const Board& board = entry.world.board;
  const std::uint32_t count = entry.world.expediteUnderWay();
  if (count < board.expediteLimit) return;
  judgement.refuse(ExpediteLimitReached{board.key, board.expediteLimit, count});
}

void checkLimits(const Entry& entry, Judgement& judgement) {
  checkColumnLimit(entry, judgement);
  checkExpediteLimit(entry, judgement);
}

// --- Form: what can be said of a command without looking at anything else ------------------------

void checkForm(const OpenTicket& command, Judgement& judgement) {
  judgement.check(checkText("title", command.title, kTitleRule));
  judgement.check(checkText("description", command.description, kDescriptionRule));
  if (!command.requester.empty()) {
    judgement.check(checkSubject("requester", command.requester));
  }
  if (command.serviceClass == ServiceClass::fixedDate && !command.due) {
    judgement.refuse(FieldInvalid{"due", "must be given for a fixed-date ticket", "nothing"});
  }
  if (command.due && (*command.due < kDueMin || *command.due > kDueMax)) {
    judgement.refuse(
        FieldInvalid{"due", "must lie between the years 1970 and 9999", "another year"});
  }
}

void checkForm(const MoveTicket& command, Judgement& judgement) {
  if (command.overrideReason.empty()) return;
  judgement.check(checkText("overrideReason", command.overrideReason, kReasonRule));
}

void checkForm(const PullNext&, Judgement&) {}  // the agent may come from the context: see judge

void checkForm(const AssignTicket& command, Judgement& judgement) {
  if (!command.assignee.empty()) judgement.check(checkSubject("assignee", command.assignee));
}

void checkForm(const EscalateTicket& command, Judgement& judgement) {
  judgement.check(checkText("note", command.note, kOptionalReasonRule));
  if (command.tier != Tier::second && command.tier != Tier::third) {
    judgement.refuse(FieldInvalid{"tier", "must be 2 or 3",
                                  std::to_string(static_cast<unsigned>(command.tier))});
  }
  if (command.tier == Tier::third && withoutOuterBlanks(command.note).empty()) {
    judgement.refuse(TriageNoteMissing{command.ticket});
  }
}

void checkForm(const BlockTicket& command, Judgement& judgement) {
  judgement.check(checkText("reason", command.reason, kReasonRule));
}

void checkForm(const UnblockTicket& command, Judgement& judgement) {
  judgement.check(checkText("note", command.note, kOptionalReasonRule));
}

void checkForm(const AddComment& command, Judgement& judgement) {
  judgement.check(checkText("text", command.text, kLongTextRule));
}

void checkForm(const ResolveTicket& command, Judgement& judgement) {
  judgement.check(checkText("resolution", command.resolution, kLongTextRule));
}

void checkForm(const ReopenTicket& command, Judgement& judgement) {
  judgement.check(checkText("reason", command.reason, kReasonRule));
}

struct ForeignSize {
  std::size_t attributes = 0;
  std::size_t bytes = 0;
  bool tooDeep = false;
  bool utf8 = true;
};

void measure(const std::vector<ForeignAttribute>& attributes, std::size_t depth,
             ForeignSize& size) {
  if (attributes.empty()) return;
  if (depth > kForeignNestingMax) {
    size.tooDeep = true;
    return;
  }
  for (const ForeignAttribute& attribute : attributes) {
    ++size.attributes;
    for (const std::string* part : {&attribute.key, &attribute.type, &attribute.value}) {
      size.bytes += part->size();
      size.utf8 = size.utf8 && characterCount(*part).has_value();
    }
    measure(attribute.children, depth + 1, size);
  }
}

void checkForeign(const std::string& field, const std::vector<ForeignAttribute>& attributes,
                  Judgement& judgement) {
  ForeignSize size;
  measure(attributes, 1, size);
  if (size.attributes > kForeignAttributesMax) {
    judgement.refuse(FieldInvalid{field, "must be at most 200 attributes, nested ones included",
                                  std::to_string(size.attributes) + " attributes"});
  }
  if (size.tooDeep) {
    judgement.refuse(FieldInvalid{field, "must be nested at most 8 deep", "a deeper nesting"});
  }
  if (size.bytes > kForeignBytesMax) {
    judgement.refuse(FieldInvalid{field, "must be at most 32768 bytes of text in all",
                                  std::to_string(size.bytes) + " bytes"});
  }
  if (!size.utf8) {
    judgement.refuse(FieldInvalid{field, "must be valid UTF-8", "a byte that is not UTF-8"});
  }
}

void checkForm(const RecordHistory& command, Judgement& judgement) {
  judgement.check(checkText("externalKey", command.externalKey, kExternalKeyRule));
  judgement.check(checkText("title", command.title, kSourceTitleRule));
  judgement.check(checkText("activity", command.activity, kActivityRule));
  judgement.check(checkText("actor", command.actor, kSourceActorRule));
  checkForeign("ticketForeign", command.ticketForeign, judgement);
  checkForeign("foreign", command.foreign, judgement);
}

// --- Commands that find or make their ticket -----------------------------------------------------

void judge(const OpenTicket& command, const BoardWorld& world, const Context&,
           Judgement& judgement) {
  const Board& board = world.board;
  const Column* const column =
      targetColumn(board, command.column, board.first(ColumnCategory::queue), judgement);
  if (column != nullptr) {
    if (column->category != ColumnCategory::queue && column->category != ColumnCategory::active) {
      judgement.refuse(
          FieldInvalid{"column", "must be a queue or active column", columnText(*column)});
    } else {
      checkLimits({world, *column, std::nullopt, command.serviceClass}, judgement);
    }
  }
  if (!judgement.sound()) return;
  const TicketId id{board.key, world.lastNumber + 1};
  TicketOpened opened;
  opened.id = id;
  opened.place = placeOf(*column);
  opened.type = command.type;
  opened.serviceClass = command.serviceClass;
  opened.title = command.title;
  opened.description = command.description;
  opened.requester = command.requester;
  opened.due = command.due;
  judgement.write(id, std::move(opened));
}

// What waits in the queue columns, in the order of the pull policy.
std::vector<PullCandidate> inLine(const BoardWorld& world, Timestamp now) {
  std::vector<const OpenCard*> queued;
  for (const auto& [number, card] : world.open) {
    if (card.place.category != ColumnCategory::queue || world.setAside.contains(number)) continue;
    queued.push_back(&card);
  }
  return pullOrder(queued, now);
}

void judge(const PullNext& command, const BoardWorld& world, const Context& context,
           Judgement& judgement) {
  const Board& board = world.board;
  const SubjectId& agent = command.agent.empty() ? context.actor : command.agent;
  judgement.check(checkSubject("agent", agent));
  const Column* const column =
      targetColumn(board, command.column, board.first(ColumnCategory::active), judgement);
  const bool mayEnter = column != nullptr && column->category == ColumnCategory::active;
  if (column != nullptr && !mayEnter) {
    judgement.refuse(FieldInvalid{"column", "must be an active column", columnText(*column)});
  }
  const std::vector<PullCandidate> line = inLine(world, context.now);
  if (line.empty()) judgement.refuse(NothingToPull{board.key});
  if (!mayEnter || line.empty()) return;

  // The first in line that no limit holds back: an expedite over its own limit does not stop the
  // desk. When limits hold back all of them, what holds back the first is the answer.
  const auto heldBackBy = [&](const PullCandidate& candidate) {
    Judgement limits;
    const OpenCard& card = *candidate.card;
    checkLimits({world, *column, card.place.category, card.serviceClass}, limits);
    return limits.broken;
  };
  const auto chosen = std::find_if(line.begin(), line.end(), [&](const PullCandidate& candidate) {
    return heldBackBy(candidate).empty();
  });
  if (chosen == line.end()) {
    for (Refusal& refusal : heldBackBy(line.front())) judgement.refuse(std::move(refusal));
  }
  if (!judgement.sound()) return;
  judgement.write(
      chosen->card->ticket,
      TicketPulled{chosen->card->place, placeOf(*column), agent, board.policyVersion, chosen->rule,
                   line.size(), static_cast<std::uint64_t>(chosen - line.begin())});
}

// History is written down as it happened: no limit and no rule of today is asked.
void judge(const RecordHistory& command, const BoardWorld& world, const Context&,
           Judgement& judgement) {
  const Board& board = world.board;
  const bool stays = command.column.empty();
  const Column* const column =
      targetColumn(board, command.column, board.first(ColumnCategory::queue), judgement);
  if (!judgement.sound()) return;

  TicketId id{board.key, world.lastNumber + 1};
  const auto known = world.imported.find(command.externalKey);
  if (known != world.imported.end()) {
    id.number = known->second;
  } else if (const auto hidden =
                 std::find_if(world.setAside.begin(), world.setAside.end(),
                              [](const auto& ticket) { return ticket.second.isOpening; });
             hidden != world.setAside.end()) {
    // That ticket may be the one with this key; a second one must not be opened for it.
    const TicketId ticket{board.key, hidden->first};
    return judgement.refuse(EventNotUnderstood{ticket.text(), hidden->second.event});
  } else {
    TicketOpened opened;
    opened.id = id;
    opened.place = placeOf(*column);
    opened.type = command.type;
    opened.title = command.title.empty() ? command.externalKey : command.title;
    opened.externalKey = command.externalKey;
    opened.foreign = command.ticketForeign;
    judgement.write(id, std::move(opened));
  }
  judgement.write(
      id, HistoryRecorded{command.sequence, command.activity, command.actor,
                          stays ? std::nullopt : std::optional(placeOf(*column)), command.foreign});
}

// --- Commands on a ticket that exists ------------------------------------------------------------

void refuseFinished(const Ticket& ticket, Judgement& judgement) {
  if (ticket.finished()) judgement.refuse(TicketIsFinished{ticket.id, ticket.place.category});
}

void refuseBlocked(const Ticket& ticket, Judgement& judgement) {
  if (!ticket.blocker) return;
  judgement.refuse(TicketIsBlocked{ticket.id, ticket.blocker->kind, ticket.blocker->reason});
}

void judge(const MoveTicket& command, const Ticket& ticket, const BoardWorld& world,
           Judgement& judgement) {
  const Board& board = world.board;
  const Column* const column = board.findByText(command.column.value);
  if (column == nullptr) return judgement.refuse(unknownColumn(board, command.column));
  if (column->id == ticket.place.column) {
    return judgement.refuse(NothingToChange{ticket.id.text() + " stands in " + column->id.value});
  }
  if (isFinished(column->category)) {
    if (ticket.resolution.empty()) judgement.refuse(ResolutionMissing{ticket.id, column->id});
    refuseBlocked(ticket, judgement);
    // Closed is final (R13): from there not even back to resolved.
    if (ticket.place.category == ColumnCategory::closed &&
        column->category == ColumnCategory::resolved) {
      refuseFinished(ticket, judgement);
    }
  } else {
    refuseFinished(ticket, judgement);
  }
  const Entry entry{world, *column, ticket.place.category, ticket.serviceClass};
  const bool overridden = entry.overColumnLimit() && !command.overrideReason.empty();
  if (!overridden) checkColumnLimit(entry, judgement);
  checkExpediteLimit(entry, judgement);
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketMoved{ticket.place, placeOf(*column), board.policyVersion,
                                         overridden ? command.overrideReason : std::string()});
}

void judge(const AssignTicket& command, const Ticket& ticket, const BoardWorld&,
           Judgement& judgement) {
  refuseFinished(ticket, judgement);
  if (command.assignee == ticket.assignee) {
    judgement.refuse(
        NothingToChange{ticket.id.text() + (command.assignee.empty()
                                                ? " has no assignee"
                                                : " is assigned to " + command.assignee.value)});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketAssigned{ticket.assignee, command.assignee});
}

void judge(const EscalateTicket& command, const Ticket& ticket, const BoardWorld&,
           Judgement& judgement) {
  refuseFinished(ticket, judgement);
  if (command.tier <= ticket.tier) {
    judgement.refuse(FieldInvalid{"tier", "must be higher than the ticket's tier",
                                  std::to_string(static_cast<unsigned>(command.tier))});
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketEscalated{ticket.tier, command.tier, command.note});
}

void judge(const BlockTicket& command, const Ticket& ticket, const BoardWorld&,
           Judgement& judgement) {
  refuseFinished(ticket, judgement);
  refuseBlocked(ticket, judgement);
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketBlocked{command.kind, command.reason});
}

void judge(const UnblockTicket& command, const Ticket& ticket, const BoardWorld&,
           Judgement& judgement) {
  if (!ticket.blocker) judgement.refuse(TicketNotBlocked{ticket.id});
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketUnblocked{ticket.blocker->kind, command.note});
}

void judge(const AddComment& command, const Ticket& ticket, const BoardWorld&,
           Judgement& judgement) {
  if (!judgement.sound()) return;
  judgement.write(ticket.id, CommentAdded{command.text, command.isPublic});
}

void judge(const ResolveTicket& command, const Ticket& ticket, const BoardWorld& world,
           Judgement& judgement) {
  const Board& board = world.board;
  refuseFinished(ticket, judgement);
  refuseBlocked(ticket, judgement);
  const Column* const column =
      targetColumn(board, command.column, board.first(ColumnCategory::resolved), judgement);
  if (column != nullptr && column->category != ColumnCategory::resolved) {
    judgement.refuse(FieldInvalid{"column", "must be a resolved column", columnText(*column)});
  } else if (column != nullptr && column->id != ticket.place.column) {
    checkLimits({world, *column, ticket.place.category, ticket.serviceClass}, judgement);
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketResolved{ticket.place, placeOf(*column), command.resolution});
}

void judge(const ReopenTicket& command, const Ticket& ticket, const BoardWorld& world,
           Judgement& judgement) {
  const Board& board = world.board;
  if (!ticket.finished()) judgement.refuse(TicketNotFinished{ticket.id});
  const Column* const column = targetColumn(board, command.column, board.defaultDrop(), judgement);
  if (column != nullptr && isFinished(column->category)) {
    judgement.refuse(
        FieldInvalid{"column", "must be a queue, active or waiting column", columnText(*column)});
  } else if (column != nullptr && column->id != ticket.place.column) {
    checkLimits({world, *column, ticket.place.category, ticket.serviceClass}, judgement);
  }
  if (!judgement.sound()) return;
  judgement.write(ticket.id, TicketReopened{ticket.place, placeOf(*column), command.reason});
}

// --- From a command to its judgement -------------------------------------------------------------

const BoardWorld* boardFor(const BoardKey& key, const World& world, Judgement& judgement) {
  if (const UnreadEvent* const event = world.unread(key)) {
    judgement.refuse(EventNotUnderstood{key.value, *event});
    return nullptr;
  }
  const BoardWorld* const found = world.find(key);
  if (found == nullptr) judgement.refuse(UnknownBoard{key});
  return found;
}

template <class C>
concept OnNamedTicket = requires(const C& command) {
  command.ticket;
};

template <OnNamedTicket C>
void decideOne(const C& command, const Ticket& ticket, const Context& context,
               Judgement& judgement) {
  if (!ticket.exists) return judgement.refuse(UnknownTicket{command.ticket});
  const BoardWorld* const world = boardFor(ticket.id.board, context.world, judgement);
  if (world != nullptr) judge(command, ticket, *world, judgement);
}

template <class C>
requires(!OnNamedTicket<C>) void decideOne(const C& command, const Ticket&, const Context& context,
                                           Judgement& judgement) {
  const BoardWorld* const world = boardFor(command.board, context.world, judgement);
  if (world != nullptr) judge(command, *world, context, judgement);
}

}  // namespace

Decision decide(const Ticket& ticket, const TicketCommand& command, const Context& context) {
  Judgement judgement;
  // Whoever an import names as the actor is history, too.
  if (!context.actor.empty() && !std::holds_alternative<RecordHistory>(command)) {
    judgement.check(checkSubject("actor", context.actor));
  }
  std::visit(
      [&](const auto& one) {
        checkForm(one, judgement);
        decideOne(one, ticket, context, judgement);
      },
      command);
  if (!judgement.sound()) return tl::unexpected(std::move(judgement.broken));
  return std::move(judgement.decided);
}

}  // namespace docket::domain
