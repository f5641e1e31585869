// One line for each event. Titles, comments, reasons and whatever else people wrote stay out of it.
#include "domain/board.h"
#include "domain/cases.h"
#include "domain/desk.h"
#include "domain/subject.h"
#include "domain/text_rules.h"
#include "domain/ticket.h"

namespace docket::domain {
namespace {

std::string limitText(const std::optional<std::uint32_t>& limit) {
  return limit ? std::to_string(*limit) : "none";
}

std::string tierText(Tier tier) {
  return std::to_string(static_cast<unsigned>(tier));
}

std::string subjectText(const SubjectId& subject) {
  return subject.empty() ? "nobody" : subject.value;
}

std::string fromTo(const Place& from, const Place& to) {
  return "from " + from.column.value + " to " + to.column.value;
}

std::string heldBackText(const std::optional<std::uint64_t>& heldBack) {
  if (!heldBack || *heldBack == 0) return "";
  return ", " + std::to_string(*heldBack) + " before it held back by a limit";
}

std::string nameText(const std::string& name) {
  return name.empty() ? "none" : name;
}

// "2 h 30 min"
std::string durationText(std::chrono::seconds duration) {
  const auto whole = duration.count();
  std::string all;
  const auto add = [&](long long count, const char* unit) {
    if (count == 0) return;
    all += (all.empty() ? "" : " ") + std::to_string(count) + " " + unit;
  };
  add(whole / 3600, "h");
  add(whole / 60 % 60, "min");
  add(whole % 60, "s");
  return all.empty() ? "0 s" : all;
}

std::string linkText(LinkKind kind, const TicketId& other, bool outgoing) {
  const std::string verb(text(kind));
  return outgoing ? "this " + verb + " " + other.text() : other.text() + " " + verb + " this";
}

// What differs, without labels: people write those.
std::string changes(const Classification& before, const Classification& after) {
  std::string all;
  const auto add = [&](const char* what, const std::string& from, const std::string& to) {
    if (from != to) all += (all.empty() ? "" : ", ") + std::string(what) + " " + from + " to " + to;
  };
  const auto named = [](auto value) { return std::string(text(value)); };
  add("type", named(before.type), named(after.type));
  add("class", named(before.serviceClass), named(after.serviceClass));
  add("kind of change", named(before.changeKind), named(after.changeKind));
  add("impact", named(before.impact), named(after.impact));
  add("urgency", named(before.urgency), named(after.urgency));
  add("priority", named(before.priority), named(after.priority));
  add("Cynefin domain", named(before.cynefin), named(after.cynefin));
  add("service", nameText(before.service.value), nameText(after.service.value));
  if (before.customer != after.customer) all += all.empty() ? "customer" : ", customer";
  if (before.labels != after.labels) all += all.empty() ? "labels" : ", labels";
  return all.empty() ? "nothing new" : all;
}

}  // namespace

std::string describe(const TicketEvent& event) {
  return std::visit(
      Cases{
          [](const TicketOpened& e) {
            return "opened " + std::string(e.externalKey.empty() ? "" : "by an import ") + "in " +
                   e.place.column.value + " as " + std::string(text(e.type)) + ", " +
                   std::string(text(e.serviceClass));
          },
          [](const TicketMoved& e) {
            return "moved " + fromTo(e.from, e.to) +
                   (e.overrideReason.empty() ? "" : " over the WIP limit");
          },
          [](const TicketPulled& e) {
            return "pulled " + fromTo(e.from, e.to) + " by " + subjectText(e.agent) + " (" +
                   std::string(text(e.rule)) + ", 1 of " + std::to_string(e.candidates) +
                   heldBackText(e.heldBack) + ")";
          },
          [](const TicketAssigned& e) {
            return "assigned from " + subjectText(e.from) + " to " + subjectText(e.to);
          },
          [](const TicketEscalated& e) {
            return "escalated from tier " + tierText(e.from) + " to tier " + tierText(e.to);
          },
          [](const TicketBlocked& e) { return "blocked (" + std::string(text(e.kind)) + ")"; },
          [](const TicketUnblocked& e) { return "unblocked (" + std::string(text(e.kind)) + ")"; },
          [](const CommentAdded& e) {
            return std::string(e.isPublic ? "public" : "internal") + " comment added";
          },
          [](const TicketResolved& e) { return "resolved, " + fromTo(e.from, e.to); },
          [](const TicketReopened& e) { return "reopened, " + fromTo(e.from, e.to); },
          [](const HistoryRecorded& e) {
            return "imported event " + std::to_string(e.sequence) +
                   (e.to ? ", now in " + e.to->column.value : "") +
                   (e.assignee ? ", with " + subjectText(*e.assignee) : "") +
                   (e.team ? ", team " + nameText(e.team->value) : "") +
                   (e.tier ? ", tier " + tierText(*e.tier) : "");
          },
          [](const TicketEdited& e) { return e.field + " edited"; },
          [](const TicketClassified& e) { return "classified: " + changes(e.before, e.after); },
          [](const TicketCommitted&) { return std::string("committed"); },
          [](const TeamAssigned& e) {
            return "team changed from " + nameText(e.from.value) + " to " + nameText(e.to.value);
          },
          [](const ContactRecorded& e) {
            return std::string(text(e.direction)) + " contact by " + std::string(text(e.channel));
          },
          [](const TicketCameBack& e) {
            return "came back " + fromTo(e.from, e.to) + " (" + std::string(text(e.cause)) + ")" +
                   (e.overLimit ? " over the WIP limit" : "");
          },
          [](const HandOverOffered& e) { return "offered to board " + e.to.value; },
          [](const HandOverAccepted& e) {
            return "taken by board " + e.by.value + " into " + e.place.column.value +
                   (e.overrideReason.empty() ? "" : " over the WIP limit");
          },
          [](const HandOverReturned& e) {
            return std::string(e.wasAccepted ? "returned" : "not taken") + " by board " +
                   e.by.value;
          },
          [](const GuestMoved& e) {
            return "moved on board " + e.board.value + " " + fromTo(e.from, e.to) +
                   (e.overrideReason.empty() ? "" : " over the WIP limit");
          },
          [](const GuestPulled& e) {
            return "pulled on board " + e.board.value + " " + fromTo(e.from, e.to) + " by " +
                   subjectText(e.agent) + " (" + std::string(text(e.rule)) + ", 1 of " +
                   std::to_string(e.candidates) + heldBackText(e.heldBack) + ")";
          },
          [](const GuestAssigned& e) {
            return "assigned on board " + e.board.value + " from " + subjectText(e.from) + " to " +
                   subjectText(e.to);
          },
          [](const ApprovalRequested& e) {
            return "approval " + std::to_string(e.number) + " requested from " +
                   std::to_string(e.needed);
          },
          [](const ApprovalDecided& e) {
            return "approval " + std::to_string(e.number) + " " + std::string(text(e.verdict)) +
                   " by " + subjectText(e.approver);
          },
          [](const CheckAdded& e) {
            return std::string(e.required ? "required" : "optional") + " check " +
                   std::to_string(e.number) + " added, before it is " +
                   (e.gate == Gate::close ? "closed" : "resolved");
          },
          [](const CheckCompleted& e) { return "check " + std::to_string(e.number) + " done"; },
          [](const TicketLinked& e) { return "linked: " + linkText(e.kind, e.other, e.outgoing); },
          [](const TicketUnlinked& e) {
            return "link removed: " + linkText(e.kind, e.other, e.outgoing);
          },
          [](const TicketSplit& e) {
            std::string all = "split into";
            for (const TicketId& part : e.into) all += " " + part.text();
            return all;
          },
          [](const TicketClosed& e) { return "closed, " + fromTo(e.from, e.to); },
          [](const TicketCancelled& e) { return "cancelled, " + fromTo(e.from, e.to); },
          [](const SatisfactionRecorded& e) {
            return "satisfaction " + std::to_string(e.score) + " of 5";
          },
          [](const PromiseMade& e) {
            return "promised " + std::string(text(e.kind)) + " within " + durationText(e.target) +
                   " by policy " + e.policy.value;
          },
          [](const PromiseChanged& e) {
            return "promise of " + std::string(text(e.kind)) + " changed from " +
                   durationText(e.before) + " to " + durationText(e.after);
          },
          [](const PromiseWarned& e) {
            return std::string(text(e.kind)) + " at risk since " + instantText(e.at);
          },
          [](const PromiseMissed& e) {
            return std::string(text(e.kind)) + " missed at " + instantText(e.at);
          },
          [](const PromiseMet& e) {
            return std::string(text(e.kind)) + " met after " +
                   durationText(std::chrono::floor<std::chrono::seconds>(e.elapsed));
          },
          [](const RuleNotApplied& e) {
            std::string all = "rule " + e.rule.value + " of board " + e.board.value + " refused";
            for (const std::string& code : e.refusals) all += " " + code;
            return all;
          },
      },
      event);
}

std::string describe(const BoardEvent& event) {
  return std::visit(
      Cases{
          [](const BoardCreated& e) {
            return "board " + e.key.value + " created (" + e.templateName + ", " +
                   std::to_string(e.columns.size()) + " columns)";
          },
          [](const LimitSet& e) {
            return "WIP limit of " + describe(e.scope) + " changed from " + limitText(e.before) +
                   " to " + limitText(e.after);
          },
          [](const ColumnAdded& e) {
            return "column " + e.column.id.value + " added (" +
                   std::string(text(e.column.category)) + ")";
          },
          [](const ColumnChanged& e) { return "column " + e.after.id.value + " changed"; },
          [](const ColumnRelocated& e) {
            return "column " + e.column.value + " moved from place " + std::to_string(e.from) +
                   " to " + std::to_string(e.to);
          },
          [](const ColumnRemoved& e) { return "column " + e.column.id.value + " removed"; },
          [](const LaneAdded& e) { return "lane " + e.lane.id.value + " added"; },
          [](const LaneChanged& e) { return "lane " + e.after.id.value + " changed"; },
          [](const LaneRelocated& e) {
            return "lane " + e.lane.value + " moved from place " + std::to_string(e.from) + " to " +
                   std::to_string(e.to);
          },
          [](const LaneRemoved& e) { return "lane " + e.lane.id.value + " removed"; },
          [](const PolicySet&) { return std::string("policy changed"); },
          [](const RuleSet& e) {
            return "rule " + e.after.id.value + (e.before ? " changed" : " set");
          },
          [](const RuleRemoved& e) { return "rule " + e.rule.id.value + " removed"; },
          [](const RolesSet& e) {
            std::string all = "roles of " + e.subject.value + " set to";
            for (const Grant& grant : e.after) {
              all += " " + std::string(text(grant.role)) +
                     (grant.until ? " until " + instantText(*grant.until) : "");
            }
            return e.after.empty() ? "roles of " + e.subject.value + " taken away" : all;
          },
      },
      event);
}

std::string describe(const LimitScope& scope) {
  switch (scope.kind) {
    case LimitKind::column:
      return "column " + scope.column.value;
    case LimitKind::lane:
      return "lane " + scope.lane.value;
    case LimitKind::cell:
      return "column " + scope.column.value + " in lane " + scope.lane.value;
    case LimitKind::person:
      return scope.person.empty() ? "each person" : "person " + scope.person.value;
    case LimitKind::type:
      return "type " + std::string(text(scope.type));
    case LimitKind::serviceClass:
      return "class " + std::string(text(scope.serviceClass));
    case LimitKind::board:
      return "the board";
  }
  return "nothing";
}

std::string describe(const DeskEvent& event) {
  return std::visit(
      Cases{
          [](const CalendarSet& e) { return "calendar " + e.calendar.id.value + " defined"; },
          [](const PromisePolicySet& e) {
            return "promise policy " + e.policy.id.value +
                   (e.policy.inUse ? " defined" : " taken out of use");
          },
          [](const ServiceSet& e) { return "service " + e.service.id.value + " defined"; },
      },
      event);
}

std::string describe(const SubjectEvent& event) {
  return std::visit(Cases{
                        [](const SubjectErased&) { return std::string("subject erased"); },
                        [](const LegalHoldPlaced&) { return std::string("legal hold placed"); },
                        [](const LegalHoldLifted&) { return std::string("legal hold lifted"); },
                    },
                    event);
}

}  // namespace docket::domain
