// The form of commands: what can be said of each without looking at anything else.
#include <algorithm>

#include "domain/cases.h"
#include "domain/decide.h"
#include "domain/text_rules.h"

namespace docket::domain {
namespace {

// Times that every view can print with a year of four digits.
constexpr Timestamp kDueMin = std::chrono::sys_days{std::chrono::year{1970} / 1 / 1};
constexpr Timestamp kDueMax = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
constexpr std::size_t kForeignAttributesMax = 200;
constexpr std::size_t kForeignNestingMax = 8;
// With the other limits this keeps an event under what the log takes (48 KiB).
constexpr std::size_t kForeignBytesMax = 32 * 1024;

constexpr std::size_t kLabelsMax = 30;
constexpr std::size_t kApproversMax = 20;
constexpr std::size_t kSplitMax = 20;
// A year of working time, whatever the calendar.
constexpr std::chrono::seconds kTargetMax = std::chrono::days{366};

void checkDue(const std::optional<Timestamp>& due, Judgement& judgement) {
  if (due && (*due < kDueMin || *due > kDueMax)) {
    judgement.refuse(
        FieldInvalid{"due", "must lie between the years 1970 and 9999", "another year"});
  }
}

void checkOptionalSubject(std::string_view field, const SubjectId& subject, Judgement& judgement) {
  if (!subject.empty()) judgement.check(checkSubject(field, subject));
}
void checkOptionalTeam(std::string_view field, const TeamId& team, Judgement& judgement) {
  if (!team.empty()) judgement.check(checkTeam(field, team));
}

void checkLabels(const std::vector<std::string>& labels, Judgement& judgement) {
  if (labels.size() > kLabelsMax) {
    judgement.refuse(
        FieldInvalid{"labels", "must be at most 30", std::to_string(labels.size()) + " labels"});
  }
  for (const std::string& label : labels) judgement.check(checkText("labels", label, kLabelRule));
}

void checkService(const ServiceId& service, Judgement& judgement) {
  if (!service.empty()) judgement.check(checkPlainId("service", service.value));
}

void form(const OpenTicket& command, Judgement& judgement) {
  judgement.check(checkText("title", command.title, kTitleRule));
  judgement.check(checkText("description", command.description, kDescriptionRule));
  if (!command.requester.empty()) {
    judgement.check(checkSubject("requester", command.requester));
  }
  if (command.serviceClass == ServiceClass::fixedDate && !command.due) {
    judgement.refuse(FieldInvalid{"due", "must be given for a fixed-date ticket", "nothing"});
  }
  checkDue(command.due, judgement);
  checkService(command.classification.service, judgement);
  judgement.check(checkText("customer", command.classification.customer, kCustomerRule));
  checkLabels(command.classification.labels, judgement);
  checkOptionalTeam("team", command.team, judgement);
  if (command.classification.changeKind != ChangeKind::none && command.type != TicketType::change) {
    judgement.refuse(FieldInvalid{"changeKind", "must be none unless the type is change",
                                  std::string(text(command.classification.changeKind))});
  }
}

void form(const MoveTicket& command, Judgement& judgement) {
  if (command.overrideReason.empty()) return;
  judgement.check(checkText("overrideReason", command.overrideReason, kReasonRule));
}

void form(const PullNext&, Judgement&) {}  // the agent may come from the context: see judge

void form(const AssignTicket& command, Judgement& judgement) {
  if (command.assignee) checkOptionalSubject("assignee", *command.assignee, judgement);
  if (command.team) checkOptionalTeam("team", *command.team, judgement);
  if (!command.assignee && !command.team) {
    judgement.refuse(FieldInvalid{"assignee", "or team must be given", "neither"});
  }
}

void form(const EscalateTicket& command, Judgement& judgement) {
  judgement.check(checkText("note", command.note, kOptionalReasonRule));
  if (command.tier != Tier::second && command.tier != Tier::third) {
    judgement.refuse(FieldInvalid{"tier", "must be 2 or 3",
                                  std::to_string(static_cast<unsigned>(command.tier))});
  }
  if (command.tier == Tier::third && withoutOuterBlanks(command.note).empty()) {
    judgement.refuse(TriageNoteMissing{command.ticket});
  }
}

void form(const BlockTicket& command, Judgement& judgement) {
  judgement.check(checkText("reason", command.reason, kReasonRule));
}

void form(const UnblockTicket& command, Judgement& judgement) {
  judgement.check(checkText("note", command.note, kOptionalReasonRule));
}

void form(const AddComment& command, Judgement& judgement) {
  judgement.check(checkText("text", command.text, kLongTextRule));
}

void form(const ResolveTicket& command, Judgement& judgement) {
  judgement.check(checkText("resolution", command.resolution, kLongTextRule));
}

void form(const ReopenTicket& command, Judgement& judgement) {
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

void form(const RecordHistory& command, Judgement& judgement) {
  judgement.check(checkText("externalKey", command.externalKey, kExternalKeyRule));
  judgement.check(checkText("title", command.title, kSourceTitleRule));
  judgement.check(checkText("activity", command.activity, kActivityRule));
  judgement.check(checkText("actor", command.actor, kSourceActorRule));
  checkForeign("ticketForeign", command.ticketForeign, judgement);
  checkForeign("foreign", command.foreign, judgement);
  if (command.assignee) checkOptionalSubject("assignee", *command.assignee, judgement);
  if (command.team) checkOptionalTeam("team", *command.team, judgement);
}

void form(const EditTicket& command, Judgement& judgement) {
  if (command.title) judgement.check(checkText("title", *command.title, kTitleRule));
  if (command.description) {
    judgement.check(checkText("description", *command.description, kDescriptionRule));
  }
  if (command.requester) checkOptionalSubject("requester", *command.requester, judgement);
  if (command.due) checkDue(*command.due, judgement);
  if (!command.title && !command.description && !command.requester && !command.due) {
    judgement.refuse(
        FieldInvalid{"title", "or another field of the ticket must be given", "nothing"});
  }
}

void form(const ClassifyTicket& command, Judgement& judgement) {
  if (command.service) checkService(*command.service, judgement);
  if (command.customer) {
    judgement.check(checkText("customer", *command.customer, kCustomerRule));
  }
  checkLabels(command.addLabels, judgement);
}

void form(const CommitTicket&, Judgement&) {}

void form(const RecordContact& command, Judgement& judgement) {
  judgement.check(checkText("summary", command.summary, kLongTextRule));
}

void form(const OfferHandOver& command, Judgement& judgement) {
  judgement.check(checkText("reason", command.reason, kReasonRule));
}

void form(const AcceptHandOver& command, Judgement& judgement) {
  checkOptionalSubject("agent", command.agent, judgement);
  judgement.check(checkText("overrideReason", command.overrideReason, kOptionalReasonRule));
}

void form(const ReturnHandOver& command, Judgement& judgement) {
  judgement.check(checkText("reason", command.reason, kReasonRule));
}

void form(const RequestApproval& command, Judgement& judgement) {
  judgement.check(checkText("question", command.question, kReasonRule));
  if (command.approvers.size() > kApproversMax) {
    judgement.refuse(FieldInvalid{"approvers", "must be at most 20",
                                  std::to_string(command.approvers.size()) + " people"});
  }
  for (const SubjectId& approver : command.approvers) {
    judgement.check(checkSubject("approvers", approver));
  }
  if (command.needed > kApproversMax) {
    judgement.refuse(FieldInvalid{"needed", "must be at most 20", std::to_string(command.needed)});
  }
}

void form(const DecideApproval& command, Judgement& judgement) {
  judgement.check(checkText("note", command.note, kOptionalReasonRule));
  if (command.verdict == Verdict::rejected && withoutOuterBlanks(command.note).empty()) {
    judgement.refuse(FieldInvalid{"note", "must say why an approval is refused", "nothing"});
  }
}

void form(const AddCheck& command, Judgement& judgement) {
  judgement.check(checkText("text", command.text, kTitleRule));
}

void form(const CompleteCheck& command, Judgement& judgement) {
  judgement.check(checkText("note", command.note, kOptionalReasonRule));
}

void form(const LinkTickets& command, Judgement& judgement) {
  if (command.ticket != command.other) return;
  judgement.refuse(FieldInvalid{"other", "must be another ticket", "the same one"});
}

void form(const UnlinkTickets&, Judgement&) {}

void form(const SplitTicket& command, Judgement& judgement) {
  if (command.titles.empty() || command.titles.size() > kSplitMax) {
    judgement.refuse(FieldInvalid{"titles", "must be 1 to 20",
                                  std::to_string(command.titles.size()) + " titles"});
  }
  for (const std::string& title : command.titles) {
    judgement.check(checkText("titles", title, kTitleRule));
  }
}

void form(const CloseTicket&, Judgement&) {}

void form(const CancelTicket& command, Judgement& judgement) {
  judgement.check(checkText("reason", command.reason, kReasonRule));  // R13
}

void form(const RecordSatisfaction& command, Judgement& judgement) {
  judgement.check(checkText("comment", command.comment, kOptionalReasonRule));
  if (command.score < 1 || command.score > 5) {
    judgement.refuse(FieldInvalid{"score", "must be 1 to 5", std::to_string(command.score)});
  }
}

void form(const Recommit& command, Judgement& judgement) {
  judgement.check(checkText("reason", command.reason, kReasonRule));
  if (command.target < std::chrono::seconds{0} || command.target > kTargetMax) {
    judgement.refuse(FieldInvalid{"target", "must be 0 seconds to 366 days of working time",
                                  std::to_string(command.target.count()) + " seconds"});
  }
}

void form(const KeepPromises&, Judgement&) {}
void form(const NoteRuleNotApplied&, Judgement&) {}

}  // namespace

void checkForm(const TicketCommand& command, Judgement& judgement) {
  std::visit([&](const auto& one) { form(one, judgement); }, command);
}

}  // namespace docket::domain
