// One line for each event. Titles, comments, reasons and whatever else people wrote stay out of it.
#include "domain/board.h"
#include "domain/cases.h"
#include "domain/subject.h"
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
                   (e.to ? ", now in " + e.to->column.value : "");
          },
      },
      event);
}

std::string describe(const BoardEvent& event) {
  return std::visit(Cases{
                        [](const BoardCreated& e) {
                          return "board " + e.key.value + " created (" + e.templateName + ", " +
                                 std::to_string(e.columns.size()) + " columns)";
                        },
                        [](const LimitSet& e) {
                          return "WIP limit of " + e.column.value + " changed from " +
                                 limitText(e.before) + " to " + limitText(e.after);
                        },
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
