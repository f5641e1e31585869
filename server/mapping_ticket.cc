// Reading commands on tickets from the wire.
#include "server/field_reader.h"

namespace docket::server {
namespace {

domain::Classification read(FieldReader& fields, api::Classification::Reader in) {
  using namespace domain;
  Classification made;
  made.changeKind =
      fields.spelledIfAny("classification.changeKind", in.getChangeKind(), kChangeKinds)
          .value_or(ChangeKind::none);
  made.impact =
      fields.spelledIfAny("classification.impact", in.getImpact(), kLevels).value_or(Level::none);
  made.urgency =
      fields.spelledIfAny("classification.urgency", in.getUrgency(), kLevels).value_or(Level::none);
  made.priority = fields.spelledIfAny("classification.priority", in.getPriority(), kPriorities)
                      .value_or(Priority::none);
  made.cynefin = fields.spelledIfAny("classification.cynefin", in.getCynefin(), kCynefinDomains)
                     .value_or(CynefinDomain::none);
  made.service = {fields.name("classification.service", in.getService())};
  made.customer = textOf(in.getCustomer());
  made.labels = fields.texts("classification.labels", in.getLabels());
  return made;
}

domain::OpenTicket read(FieldReader& fields, api::OpenTicket::Reader in) {
  return {.board = {fields.name("board", in.getBoard())},
          .column = {fields.name("column", in.getColumn())},
          .type = fields.spelled("type", in.getType(), kTypes),
          .serviceClass = fields.spelled("class", in.getClass(), kClasses),
          .title = textOf(in.getTitle()),
          .description = textOf(in.getDescription()),
          .requester = {fields.name("requester", in.getRequester())},
          .due = fields.time("due", in.getDue()),
          .classification = read(fields, in.getClassification()),
          .team = {fields.name("team", in.getTeam())}};
}

domain::EditTicket read(FieldReader& fields, api::EditTicket::Reader in) {
  domain::EditTicket edit;
  edit.ticket = fields.ticket("ticket", in.getTicket());
  edit.title = fields.textIfAny(in.getTitle());
  edit.description = fields.textIfAny(in.getDescription());
  if (auto requester = fields.nameIfAny("requester", in.getRequester())) {
    edit.requester = domain::SubjectId{*std::move(requester)};
  }
  const auto due = in.getDue();
  if (due.isNone()) edit.due.emplace(std::nullopt);
  if (due.isAt()) edit.due.emplace(fields.instant("due", due.getAt()));
  return edit;
}

domain::ClassifyTicket read(FieldReader& fields, api::ClassifyTicket::Reader in) {
  domain::ClassifyTicket classify;
  classify.ticket = fields.ticket("ticket", in.getTicket());
  classify.type = fields.spelledIfAny("type", in.getType(), kTypes);
  classify.serviceClass = fields.spelledIfAny("class", in.getClass(), kClasses);
  classify.changeKind = fields.spelledIfAny("changeKind", in.getChangeKind(), kChangeKinds);
  classify.impact = fields.spelledIfAny("impact", in.getImpact(), kLevels);
  classify.urgency = fields.spelledIfAny("urgency", in.getUrgency(), kLevels);
  classify.priority = fields.spelledIfAny("priority", in.getPriority(), kPriorities);
  classify.cynefin = fields.spelledIfAny("cynefin", in.getCynefin(), kCynefinDomains);
  if (auto service = fields.nameIfAny("service", in.getService())) {
    classify.service = domain::ServiceId{*std::move(service)};
  }
  classify.customer = fields.textIfAny(in.getCustomer());
  classify.addLabels = fields.texts("addLabels", in.getAddLabels());
  classify.removeLabels = fields.texts("removeLabels", in.getRemoveLabels());
  return classify;
}

domain::MoveTicket read(FieldReader& fields, api::MoveTicket::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .column = {fields.name("column", in.getColumn())},
          .board = {fields.name("board", in.getBoard())},
          .overrideReason = textOf(in.getOverrideReason())};
}

domain::PullNext read(FieldReader& fields, api::PullNext::Reader in) {
  return {.board = {fields.name("board", in.getBoard())},
          .lane = {fields.name("lane", in.getLane())},
          .column = {fields.name("column", in.getColumn())},
          .agent = {fields.name("agent", in.getAgent())}};
}

domain::AssignTicket read(FieldReader& fields, api::AssignTicket::Reader in) {
  domain::AssignTicket assign;
  assign.ticket = fields.ticket("ticket", in.getTicket());
  domain::SubjectId assignee{fields.name("assignee", in.getAssignee())};
  if (!in.getKeepAssignee()) {
    assign.assignee = std::move(assignee);
  } else if (!assignee.empty()) {
    fields.refuse("assignee", "must be empty when keepAssignee is set", "a name");
  }
  if (auto team = fields.nameIfAny("team", in.getTeam())) {
    assign.team = domain::TeamId{*std::move(team)};
  }
  assign.board = {fields.name("board", in.getBoard())};
  return assign;
}

domain::EscalateTicket read(FieldReader& fields, api::EscalateTicket::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .tier = fields.tier("tier", in.getTier()),
          .note = textOf(in.getNote())};
}

domain::BlockTicket read(FieldReader& fields, api::BlockTicket::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .kind = fields.spelled("kind", in.getKind(), kBlockerKinds),
          .reason = textOf(in.getReason())};
}

domain::UnblockTicket read(FieldReader& fields, api::UnblockTicket::Reader in) {
  return {fields.ticket("ticket", in.getTicket()), textOf(in.getNote())};
}

// --- Conversation and hand-over ---

domain::AddComment read(FieldReader& fields, api::AddComment::Reader in) {
  return {fields.ticket("ticket", in.getTicket()), textOf(in.getText()), in.getPublic()};
}

domain::RecordContact read(FieldReader& fields, api::RecordContact::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .channel = fields.spelled("channel", in.getChannel(), kChannels),
          .direction = fields.spelled("direction", in.getDirection(), kDirections),
          .summary = textOf(in.getSummary())};
}

domain::OfferHandOver read(FieldReader& fields, api::OfferHandOver::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .to = {fields.name("to", in.getTo())},
          .reason = textOf(in.getReason())};
}

domain::AcceptHandOver read(FieldReader& fields, api::AcceptHandOver::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .by = {fields.name("by", in.getBy())},
          .column = {fields.name("column", in.getColumn())},
          .agent = {fields.name("agent", in.getAgent())},
          .overrideReason = textOf(in.getOverrideReason())};
}

domain::ReturnHandOver read(FieldReader& fields, api::ReturnHandOver::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .by = {fields.name("by", in.getBy())},
          .reason = textOf(in.getReason())};
}

// --- Gates and links ---

domain::RequestApproval read(FieldReader& fields, api::RequestApproval::Reader in) {
  domain::RequestApproval request;
  request.ticket = fields.ticket("ticket", in.getTicket());
  for (std::string& approver : fields.names("approvers", in.getApprovers())) {
    request.approvers.push_back({std::move(approver)});
  }
  request.needed = in.getNeeded();
  request.question = textOf(in.getQuestion());
  return request;
}

domain::DecideApproval read(FieldReader& fields, api::DecideApproval::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .number = in.getNumber(),
          .verdict = fields.spelled("verdict", in.getVerdict(), kVerdicts),
          .note = textOf(in.getNote())};
}

domain::AddCheck read(FieldReader& fields, api::AddCheck::Reader in) {
  return {
      .ticket = fields.ticket("ticket", in.getTicket()),
      .text = textOf(in.getText()),
      .required = !in.getOptional(),
      .gate = fields.spelledIfAny("gate", in.getGate(), kGates).value_or(domain::Gate::resolve)};
}

domain::CompleteCheck read(FieldReader& fields, api::CompleteCheck::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .number = in.getNumber(),
          .note = textOf(in.getNote())};
}

template <class Link>
Link readLink(FieldReader& fields, api::LinkTickets::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .kind = fields.spelled("kind", in.getKind(), kLinkKinds),
          .other = fields.ticket("other", in.getOther())};
}

domain::SplitTicket read(FieldReader& fields, api::SplitTicket::Reader in) {
  return {fields.ticket("ticket", in.getTicket()), fields.texts("titles", in.getTitles())};
}

// --- Outcome, history and promises ---

domain::ResolveTicket read(FieldReader& fields, api::ResolveTicket::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .column = {fields.name("column", in.getColumn())},
          .resolution = textOf(in.getResolution()),
          .kind = fields.spelledIfAny("kind", in.getKind(), kResolutionKinds)
                      .value_or(domain::ResolutionKind::unspecified)};
}

domain::CloseTicket read(FieldReader& fields, api::CloseTicket::Reader in) {
  return {fields.ticket("ticket", in.getTicket()), {fields.name("column", in.getColumn())}};
}

domain::CancelTicket read(FieldReader& fields, api::CancelTicket::Reader in) {
  return {fields.ticket("ticket", in.getTicket()), textOf(in.getReason())};
}

domain::RecordSatisfaction read(FieldReader& fields, api::RecordSatisfaction::Reader in) {
  return {fields.ticket("ticket", in.getTicket()), in.getScore(), textOf(in.getComment())};
}

domain::ReopenTicket read(FieldReader& fields, api::ReopenTicket::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .column = {fields.name("column", in.getColumn())},
          .reason = textOf(in.getReason())};
}

domain::RecordHistory read(FieldReader& fields, api::RecordHistory::Reader in) {
  domain::RecordHistory record{
      .board = {fields.name("board", in.getBoard())},
      .externalKey = textOf(in.getExternalKey()),
      .type = fields.spelled("type", in.getType(), kTypes),
      .title = textOf(in.getTitle()),
      .ticketForeign = fields.attributes("ticketForeign", in.getTicketForeign()),
      .sequence = in.getSequence(),
      .activity = textOf(in.getActivity()),
      .actor = textOf(in.getActor()),
      .column = {fields.name("column", in.getColumn())},
      .foreign = fields.attributes("foreign", in.getForeign()),
      .assignee = std::nullopt,
      .team = std::nullopt,
      .tier = fields.tierIfAny("tier", in.getTier())};
  if (auto assignee = fields.nameIfAny("assignee", in.getAssignee())) {
    record.assignee = domain::SubjectId{*std::move(assignee)};
  }
  if (auto team = fields.nameIfAny("team", in.getTeam())) {
    record.team = domain::TeamId{*std::move(team)};
  }
  return record;
}

domain::Recommit read(FieldReader& fields, api::Recommit::Reader in) {
  return {.ticket = fields.ticket("ticket", in.getTicket()),
          .kind = fields.spelled("kind", in.getKind(), kPromiseKinds),
          .target = fields.seconds("target", in.getTarget()),
          .reason = textOf(in.getReason())};
}

// Commands that change what a ticket is, waits for or comes to; none: it is another one.
std::optional<domain::TicketCommand> readGateOrOutcome(FieldReader& fields,
                                                       api::TicketCommand::Reader in) {
  using Wire = api::TicketCommand;
  switch (in.which()) {
    case Wire::REQUEST_APPROVAL:
      return read(fields, in.getRequestApproval());
    case Wire::DECIDE_APPROVAL:
      return read(fields, in.getDecideApproval());
    case Wire::ADD_CHECK:
      return read(fields, in.getAddCheck());
    case Wire::COMPLETE_CHECK:
      return read(fields, in.getCompleteCheck());
    case Wire::LINK:
      return readLink<domain::LinkTickets>(fields, in.getLink());
    case Wire::UNLINK:
      return readLink<domain::UnlinkTickets>(fields, in.getUnlink());
    case Wire::SPLIT:
      return read(fields, in.getSplit());
    case Wire::RESOLVE:
      return read(fields, in.getResolve());
    case Wire::CLOSE:
      return read(fields, in.getClose());
    case Wire::CANCEL:
      return read(fields, in.getCancel());
    case Wire::RATE:
      return read(fields, in.getRate());
    case Wire::REOPEN:
      return read(fields, in.getReopen());
    case Wire::RECOMMIT:
      return read(fields, in.getRecommit());
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<domain::TicketCommand> readBody(FieldReader& fields, api::TicketCommand::Reader in) {
  using Wire = api::TicketCommand;
  switch (in.which()) {
    case Wire::OPEN:
      return read(fields, in.getOpen());
    case Wire::EDIT:
      return read(fields, in.getEdit());
    case Wire::CLASSIFY:
      return read(fields, in.getClassify());
    case Wire::COMMIT:
      return domain::CommitTicket{fields.ticket("ticket", in.getCommit().getTicket())};
    case Wire::MOVE:
      return read(fields, in.getMove());
    case Wire::PULL:
      return read(fields, in.getPull());
    case Wire::ASSIGN:
      return read(fields, in.getAssign());
    case Wire::ESCALATE:
      return read(fields, in.getEscalate());
    case Wire::BLOCK:
      return read(fields, in.getBlock());
    case Wire::UNBLOCK:
      return read(fields, in.getUnblock());
    case Wire::COMMENT:
      return read(fields, in.getComment());
    case Wire::CONTACT:
      return read(fields, in.getContact());
    case Wire::OFFER_HAND_OVER:
      return read(fields, in.getOfferHandOver());
    case Wire::ACCEPT_HAND_OVER:
      return read(fields, in.getAcceptHandOver());
    case Wire::RETURN_HAND_OVER:
      return read(fields, in.getReturnHandOver());
    case Wire::RECORD_HISTORY:
      return read(fields, in.getRecordHistory());
    // Each by its name, so that forgetting one does not compile.
    case Wire::REQUEST_APPROVAL:
    case Wire::DECIDE_APPROVAL:
    case Wire::ADD_CHECK:
    case Wire::COMPLETE_CHECK:
    case Wire::LINK:
    case Wire::UNLINK:
    case Wire::SPLIT:
    case Wire::RESOLVE:
    case Wire::CLOSE:
    case Wire::CANCEL:
    case Wire::RATE:
    case Wire::REOPEN:
    case Wire::RECOMMIT:
      return readGateOrOutcome(fields, in);
  }
  return std::nullopt;  // from a newer client
}

}  // namespace docket::server
