// Refusals in words. The codes and the names and order of the facts are part of the public
// contract.
#include "domain/refusal.h"

#include "domain/board.h"
#include "domain/cases.h"
#include "domain/text_rules.h"

namespace docket::domain {
namespace {

template <class Range, class Text>
std::string joined(const Range& range, Text text) {
  std::string all;
  for (const auto& item : range) {
    if (!all.empty()) all += ", ";
    all += text(item);
  }
  return all;
}

// What someone typed is shown in part: it may be as long as a request.
std::string quoted(const std::string& text) {
  constexpr std::size_t kBytesMax = 60;
  std::string shown = "'";
  for (const char c : text.substr(0, kBytesMax)) {
    // Only what is safe on any terminal; the facts hold the text as it came.
    shown += c >= ' ' && c <= '~' ? c : '?';
  }
  return shown + (text.size() > kBytesMax ? "…'" : "'");
}

RefusalText describeOne(const FieldInvalid& r) {
  return {"field-invalid",
          "The field " + r.field + " " + r.rule + "; it was " + r.got + ".",
          "Correct " + r.field + " and send the command again.",
          {{"field", r.field}, {"rule", r.rule}, {"got", r.got}}};
}

RefusalText describeOne(const UnknownBoard& r) {
  return {"unknown-board",
          "There is no board " + quoted(r.board.value) + ".",
          "See the boards with docket board list, or make it with docket board create KEY.",
          {{"board", r.board.value}}};
}

RefusalText describeOne(const BoardExists& r) {
  return {"board-exists",
          "There is a board " + quoted(r.board.value) + " already.",
          "Choose another key, or look at it with docket board show " + r.board.value + ".",
          {{"board", r.board.value}}};
}

RefusalText describeOne(const UnknownColumn& r) {
  const std::string columns =
      joined(r.columns, [](const ColumnId& column) { return column.value; });
  return {"unknown-column",
          "Board " + r.board.value + " has no column " + quoted(r.column.value) + ".",
          "Name one of its columns: " + columns + ".",
          {{"board", r.board.value}, {"column", r.column.value}, {"columns", columns}}};
}

RefusalText describeOne(const UnknownTicket& r) {
  return {"unknown-ticket",
          "There is no ticket " + quoted(r.ticket.text()) + ".",
          "See what stands on the board with docket board show KEY, or open a ticket with docket "
          "ticket open.",
          {{"ticket", r.ticket.text()}}};
}

RefusalText describeOne(const UnknownTemplate& r) {
  const std::string templates =
      joined(templateNames(), [](const std::string& name) { return name; });
  return {"unknown-template",
          "There is no board template " + quoted(r.templateName) + ".",
          "Name one of the templates: " + templates + ".",
          {{"template", r.templateName}, {"templates", templates}}};
}

RefusalText describeOne(const BoardIncomplete& r) {
  const std::string missing = joined(r.missing, [](const std::string& what) { return what; });
  return {"board-incomplete",
          "The board lacks " + missing + ".",
          "Give it at least one queue, one active and one resolved column and a default drop.",
          {{"missing", missing}}};
}

std::string capitalised(std::string text) {
  if (!text.empty() && isAsciiLower(text.front())) {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text;
}

std::string limitCommand(const WipLimitReached& r) {
  const std::string raised = std::to_string(std::uint64_t{r.count} + 1);
  const std::string command = "docket board limit " + r.board.value + " ";
  switch (r.scope.kind) {
    case LimitKind::column:
      return command + r.scope.column.value + " " + raised;
    case LimitKind::lane:
      return command + "--lane " + r.scope.lane.value + " " + raised;
    case LimitKind::cell:
      return command + r.scope.column.value + " --lane " + r.scope.lane.value + " " + raised;
    case LimitKind::person:
      return command + "--person " + r.scope.person.value + " " + raised;
    case LimitKind::type:
      return command + "--type " + std::string(text(r.scope.type)) + " " + raised;
    case LimitKind::serviceClass:
      return command + "--class " + std::string(text(r.scope.serviceClass)) + " " + raised;
    case LimitKind::board:
      return command + "--board " + raised;
  }
  return command;
}

RefusalText describeOne(const WipLimitReached& r) {
  const bool isColumn = r.scope.kind == LimitKind::column;
  const bool countsPlace = isColumn || r.scope.kind == LimitKind::cell;
  const std::string holds = countsPlace ? " and holds " : " and has under way ";
  std::string wayOut = countsPlace ? "Finish or move a card that stands there"
                                   : "Finish work that counts for it first";
  if (r.mayOverride) {
    wayOut += countsPlace ? "; or move with a reason: docket ticket move TICKET " +
                                r.scope.column.value + " --override REASON"
                          : "; or have a manager move with --override REASON";
  }
  wayOut += "; or raise the limit: " + limitCommand(r) + ".";
  RefusalText told{"wip-limit-reached",
                   capitalised(describe(r.scope)) +
                       (r.scope.kind == LimitKind::board ? " " : " of board ") + r.board.value +
                       " has a WIP limit of " + std::to_string(r.limit) + holds +
                       std::to_string(r.count) + ".",
                   std::move(wayOut),
                   {{"board", r.board.value}}};
  if (isColumn) {
    told.facts.emplace_back("column", r.scope.column.value);
  } else {
    told.facts.emplace_back("scope", describe(r.scope));
  }
  told.facts.emplace_back("limit", std::to_string(r.limit));
  told.facts.emplace_back("count", std::to_string(r.count));
  return told;
}

RefusalText describeOne(const CapacityReserved& r) {
  return {"capacity-reserved",
          "Board " + r.board.value + " has a WIP limit of " + std::to_string(r.limit) + ", " +
              std::to_string(r.count) + " under way, and keeps " + std::to_string(r.reserved) +
              " of the rest for other kinds of work.",
          "Finish work of this kind first, or have a manager change what is reserved: docket board "
          "policy " +
              r.board.value + " --reserve.",
          {{"board", r.board.value},
           {"limit", std::to_string(r.limit)},
           {"count", std::to_string(r.count)},
           {"reserved", std::to_string(r.reserved)}}};
}

RefusalText describeOne(const ExpediteLimitReached& r) {
  return {"expedite-limit-reached",
          "Board " + r.board.value + " has an expedite limit of " + std::to_string(r.limit) +
              " and " + std::to_string(r.count) + " under way.",
          "Finish the expedited work that is under way first: docket board show " + r.board.value +
              " shows it. This limit takes no override.",
          {{"board", r.board.value},
           {"limit", std::to_string(r.limit)},
           {"count", std::to_string(r.count)}}};
}

RefusalText describeOne(const TicketIsBlocked& r) {
  // Why it is blocked was written by a person: a fact for the one who asks, not for a log line.
  return {"ticket-is-blocked",
          "Ticket " + r.ticket.text() + " is blocked (" + std::string(text(r.kind)) + ").",
          "Clear the blocker first: docket ticket unblock " + r.ticket.text() + ".",
          {{"ticket", r.ticket.text()}, {"kind", std::string(text(r.kind))}, {"reason", r.reason}}};
}

RefusalText describeOne(const TicketNotBlocked& r) {
  return {"ticket-not-blocked",
          "Ticket " + r.ticket.text() + " is not blocked.",
          "There is nothing to clear: see docket ticket show " + r.ticket.text() + ".",
          {{"ticket", r.ticket.text()}}};
}

RefusalText describeOne(const TicketIsFinished& r) {
  return {"ticket-is-finished",
          "Ticket " + r.ticket.text() + " is " + std::string(text(r.category)) + ".",
          "Reopen it first: docket ticket reopen " + r.ticket.text() + " --reason REASON.",
          {{"ticket", r.ticket.text()}, {"category", std::string(text(r.category))}}};
}

RefusalText describeOne(const TicketNotFinished& r) {
  return {"ticket-not-finished",
          "Ticket " + r.ticket.text() + " is neither resolved nor closed.",
          "Resolve it first if that is what it waits for: docket ticket resolve " +
              r.ticket.text() + ".",
          {{"ticket", r.ticket.text()}}};
}

RefusalText describeOne(const ResolutionMissing& r) {
  return {"resolution-missing",
          "Ticket " + r.ticket.text() + " has no resolution and cannot enter column " +
              r.column.value + ".",
          "Resolve it with its resolution: docket ticket resolve " + r.ticket.text() +
              " --resolution TEXT (one that an import finished is reopened first).",
          {{"ticket", r.ticket.text()}, {"column", r.column.value}}};
}

RefusalText describeOne(const NothingToChange& r) {
  return {"nothing-to-change",
          "The command would change nothing: " + r.what + " already.",
          "There is nothing to do.",
          {{"what", r.what}}};
}

RefusalText describeOne(const NothingToPull& r) {
  return {"nothing-to-pull",
          "No unblocked ticket waits in a queue of board " + r.board.value + ".",
          "See what is there with docket queue " + r.board.value + ".",
          {{"board", r.board.value}}};
}

RefusalText describeOne(const TriageNoteMissing& r) {
  return {
      "triage-note-missing",
      "Ticket " + r.ticket.text() + " cannot go to tier 3 without a triage note.",
      "Say what was found and tried: docket ticket escalate " + r.ticket.text() + " 3 --note TEXT.",
      {{"ticket", r.ticket.text()}}};
}

RefusalText describeOne(const VersionMovedOn& r) {
  return {"version-moved-on",
          "The command expects version " + std::to_string(r.expected) + ", but " +
              std::to_string(r.actual) + " is the version now.",
          "Look at what changed since, and send a new command if it still holds.",
          {{"expected", std::to_string(r.expected)}, {"actual", std::to_string(r.actual)}}};
}

RefusalText describeOne(const CommandIdReused& r) {
  return {"command-id-reused",
          "This command id was used for another command, at position " +
              std::to_string(r.firstPosition) + ".",
          "Send the command with an id of its own.",
          {{"first_position", std::to_string(r.firstPosition)}}};
}

RefusalText describeOne(const Overloaded& r) {
  return {"overloaded",
          "The server has " + std::to_string(r.queued) + " commands waiting and takes no more now.",
          "Send the same command again a little later, with the same id.",
          {{"queued", std::to_string(r.queued)}}};
}

RefusalText describeOne(const LogUnavailable& r) {
  return {"log-unavailable",
          "The log takes no writes: " + r.reason + ".",
          "Have the server's operator look at it; the same command may be sent again afterwards.",
          {{"reason", r.reason}}};
}

RefusalText describeOne(const LogDamaged&) {
  return {"corrupt",
          "The log holds bytes that are not what was written, so no command is taken.",
          "Have the server's operator look at the server's own log and restore a sound copy.",
          {{"part", "log"}}};
}

RefusalText describeOne(const EventNotUnderstood& r) {
  const std::string version = std::to_string(r.event.schemaVersion);
  const std::string position = std::to_string(r.event.position);
  return {"event-not-understood",
          r.subject + " has an event that this version of the server does not understand: " +
              r.event.type + " in schema version " + version + ", at position " + position + ".",
          "Have the server's operator run the version that wrote it, or a later one.",
          {{"subject", r.subject},
           {"type", r.event.type},
           {"schema_version", version},
           {"position", position}}};
}

RefusalText describeOne(const SubjectIsErased& r) {
  return {
      "subject-is-erased",
      "The subject " + quoted(r.subject.value) + " was erased.",
      "There is nothing left to erase or to hold: see docket person show " + r.subject.value + ".",
      {{"subject", r.subject.value}}};
}

RefusalText describeOne(const LegalHoldStands& r) {
  // Why it stands was written by a person: a fact for the one who asks, not for a log line.
  return {"legal-hold-stands",
          "A legal hold forbids erasing the subject " + quoted(r.subject.value) + ".",
          "Have it lifted by whoever may decide that: docket person lift " + r.subject.value +
              " --reason REASON.",
          {{"subject", r.subject.value}, {"reason", r.reason}}};
}

RefusalText describeOne(const NoLegalHold& r) {
  return {"no-legal-hold",
          "No legal hold stands on the subject " + quoted(r.subject.value) + ".",
          "There is nothing to lift: see docket person show " + r.subject.value + ".",
          {{"subject", r.subject.value}}};
}

RefusalText describeOne(const KeyNotDestroyed& r) {
  return {"key-not-destroyed",
          "The erasure of the subject " + quoted(r.subject.value) + " is recorded at position " +
              std::to_string(r.position) + ", but the key could not be destroyed yet.",
          "Have the server's operator look at the key store; then send the same command again, or "
          "restart the server, which destroys the key.",
          {{"subject", r.subject.value}, {"position", std::to_string(r.position)}}};
}

RefusalText describeOne(const UnknownLane& r) {
  const std::string lanes = joined(r.lanes, [](const LaneId& lane) { return lane.value; });
  return {"unknown-lane",
          "Board " + r.board.value + " has no lane " + quoted(r.lane.value) + ".",
          r.lanes.empty() ? "It has no lanes: docket board lane add " + r.board.value + " NAME."
                          : "Name one of its lanes: " + lanes + ".",
          {{"board", r.board.value}, {"lane", r.lane.value}, {"lanes", lanes}}};
}

RefusalText describeOne(const UnknownRule& r) {
  return {"unknown-rule",
          "Board " + r.board.value + " has no rule " + quoted(r.rule.value) + ".",
          "See its rules with docket board rules " + r.board.value + ".",
          {{"board", r.board.value}, {"rule", r.rule.value}}};
}

RefusalText describeOne(const UnknownDefinition& r) {
  return {"unknown-" + r.kind,
          "There is no " + r.kind + " " + quoted(r.id) + ".",
          "See what is defined with docket " + r.kind + " list, or define it with docket " +
              r.kind + " set.",
          {{r.kind, r.id}}};
}

std::string numbers(const std::vector<std::uint32_t>& all) {
  return joined(all, [](std::uint32_t number) { return std::to_string(number); });
}

RefusalText describeOne(const ChecksOpen& r) {
  return {"checks-open",
          r.ticket.text() + " has required checks that are not done: " + numbers(r.checks) + ".",
          "Do them and say so: docket ticket check done " + r.ticket.text() + " NUMBER.",
          {{"ticket", r.ticket.text()}, {"checks", numbers(r.checks)}}};
}

RefusalText describeOne(const ApprovalsOpen& r) {
  return {"approvals-open",
          r.ticket.text() + " has approvals that are not decided: " + numbers(r.approvals) + ".",
          "Have them decided: docket ticket approve " + r.ticket.text() + " NUMBER, or reject.",
          {{"ticket", r.ticket.text()}, {"approvals", numbers(r.approvals)}}};
}

RefusalText describeOne(const ApprovalMissing& r) {
  return {"approval-missing",
          "Work on " + r.ticket.text() + " may not begin: " + r.why + ".",
          "See who has to decide with docket ticket show " + r.ticket.text() +
              ", or ask with docket ticket request-approval " + r.ticket.text() +
              " --question TEXT.",
          {{"ticket", r.ticket.text()}, {"why", r.why}}};
}

RefusalText describeOne(const UnknownApproval& r) {
  return {"unknown-approval",
          r.ticket.text() + " has no approval " + std::to_string(r.number) + ".",
          "See its approvals with docket ticket show " + r.ticket.text() + ".",
          {{"ticket", r.ticket.text()}, {"approval", std::to_string(r.number)}}};
}

RefusalText describeOne(const ApprovalIsDecided& r) {
  return {"approval-is-decided",
          "Approval " + std::to_string(r.number) + " of " + r.ticket.text() + " is decided.",
          "Ask anew if it is to be decided otherwise: docket ticket request-approval " +
              r.ticket.text() + " --question TEXT.",
          {{"ticket", r.ticket.text()}, {"approval", std::to_string(r.number)}}};
}

RefusalText describeOne(const NotAnApprover& r) {
  return {"not-an-approver",
          quoted(r.actor.value) + " may not decide approval " + std::to_string(r.number) + " of " +
              r.ticket.text() + ": the actor " + r.why + ".",
          "Somebody else has to decide it: docket ticket show " + r.ticket.text() +
              " names who was asked.",
          {{"ticket", r.ticket.text()},
           {"approval", std::to_string(r.number)},
           {"actor", r.actor.value},
           {"why", r.why}}};
}

RefusalText describeOne(const UnknownCheck& r) {
  return {"unknown-check",
          r.ticket.text() + " has no check " + std::to_string(r.number) + ".",
          "See its checks with docket ticket show " + r.ticket.text() + ".",
          {{"ticket", r.ticket.text()}, {"check", std::to_string(r.number)}}};
}

RefusalText describeOne(const ProblemNeedsTier& r) {
  return {"problem-needs-tier",
          r.ticket.text() + " is a problem of tier 1, and tier 1 does not own problems.",
          "Escalate it first: docket ticket escalate " + r.ticket.text() + " 2.",
          {{"ticket", r.ticket.text()}}};
}

RefusalText describeOne(const HandOverOpen& r) {
  return {"hand-over-open",
          r.ticket.text() + " was offered to board " + r.board.value + " or is there.",
          "Have it returned first: docket ticket return " + r.ticket.text() + " --board " +
              r.board.value + " --reason REASON.",
          {{"ticket", r.ticket.text()}, {"board", r.board.value}}};
}

RefusalText describeOne(const NoHandOver& r) {
  return {
      "no-hand-over",
      r.ticket.text() + " was not offered to board " + quoted(r.board.value) + ", or that is over.",
      "See where it stands with docket ticket show " + r.ticket.text() +
          ", or offer it: docket ticket offer " + r.ticket.text() + " BOARD --reason REASON.",
      {{"ticket", r.ticket.text()}, {"board", r.board.value}}};
}

RefusalText describeOne(const NoSuchPlacement& r) {
  return {"no-such-placement",
          r.ticket.text() + " does not stand on board " + quoted(r.board.value) + ".",
          "See where it stands with docket ticket show " + r.ticket.text() + ".",
          {{"ticket", r.ticket.text()}, {"board", r.board.value}}};
}

RefusalText describeOne(const UnknownLink& r) {
  return {"unknown-link",
          r.ticket.text() + " has no link " + std::string(text(r.kind)) + " with " +
              r.other.text() + ".",
          "See its links with docket ticket show " + r.ticket.text() + ".",
          {{"ticket", r.ticket.text()},
           {"other", r.other.text()},
           {"kind", std::string(text(r.kind))}}};
}

RefusalText describeOne(const ColumnNotEmpty& r) {
  return {
      "column-not-empty",
      "Column " + r.column.value + " of board " + r.board.value + " holds " +
          std::to_string(r.cards) + " cards, finished ones included.",
      "Move them to another column first: docket board show " + r.board.value + " shows them.",
      {{"board", r.board.value}, {"column", r.column.value}, {"cards", std::to_string(r.cards)}}};
}

RefusalText describeOne(const ManagerMissing& r) {
  return {"manager-missing",
          "Board " + r.board.value + " would have nobody left who may change its roles.",
          "Give somebody the role manager without an end first: docket board roles " +
              r.board.value + " PERSON --role manager.",
          {{"board", r.board.value}}};
}

RefusalText describeOne(const NoPromise& r) {
  return {"no-promise",
          r.ticket.text() + " has no running promise of " + std::string(text(r.kind)) + ".",
          "See what is promised with docket ticket show " + r.ticket.text() + ".",
          {{"ticket", r.ticket.text()}, {"kind", std::string(text(r.kind))}}};
}

RefusalText describeOne(const NotPermitted& r) {
  const std::string roles = joined(r.roles, [](Role role) { return std::string(text(role)); });
  return {
      "not-permitted",
      quoted(r.actor.value) + " has no role on board " + r.board.value + " that permits this now.",
      r.roles.empty()
          ? "Only the desk itself does this."
          : "It takes one of the roles " + roles + ": a manager gives it with docket board roles " +
                r.board.value + " PERSON --role ROLE.",
      {{"board", r.board.value}, {"actor", r.actor.value}, {"roles", roles}}};
}

}  // namespace

RefusalText describe(const Refusal& refusal) {
  return std::visit([](const auto& reason) { return describeOne(reason); }, refusal);
}

}  // namespace docket::domain
