// Commands on tickets: from the wire to the domain, field by field.
#include <gmock/gmock.h>

#include "tests/server/wire_commands.h"

namespace docket::server {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using Wire = api::TicketCommand;
using Fill = std::function<void(Wire::Builder)>;

MappedCommand read(const Fill& fill) {
  return readWire<Wire>(fill);
}
template <class Command>
Command ticketCommand(const Fill& fill) {
  return bodyOf<Command, domain::TicketCommand>(read(fill));
}

void fillOpen(api::OpenTicket::Builder open) {
  open.setBoard("OPS");
  open.setType("change");
  open.setClass("standard");
}

TEST(MappingTicket, OpenWithItsClassification) {
  const auto open = ticketCommand<domain::OpenTicket>([](Wire::Builder command) {
    auto in = command.initOpen();
    fillOpen(in);
    in.setTeam("network");
    auto classification = in.initClassification();
    classification.setChangeKind("normal");
    classification.setImpact("high");
    classification.setUrgency("low");
    classification.setPriority("p2");
    classification.setCynefin("complex");
    classification.setService("e-mail");
    classification.setCustomer("ACME");
    auto labels = classification.initLabels(2);
    labels.set(0, "vip");
    labels.set(1, "office");
  });
  EXPECT_EQ(open.type, domain::TicketType::change);
  EXPECT_EQ(open.team.value, "network");
  const domain::Classification& got = open.classification;
  EXPECT_EQ(got.changeKind, domain::ChangeKind::normal);
  EXPECT_EQ(got.impact, domain::Level::high);
  EXPECT_EQ(got.urgency, domain::Level::low);
  EXPECT_EQ(got.priority, domain::Priority::p2);
  EXPECT_EQ(got.cynefin, domain::CynefinDomain::complex);
  EXPECT_EQ(got.service.value, "e-mail");
  EXPECT_EQ(got.customer, "ACME");
  EXPECT_THAT(got.labels, ElementsAre("vip", "office"));
}

TEST(MappingTicket, OpenWithoutAClassificationSaysNothing) {
  const auto open = ticketCommand<domain::OpenTicket>(
      [](Wire::Builder command) { fillOpen(command.initOpen()); });
  EXPECT_EQ(open.classification, domain::Classification{});
  EXPECT_TRUE(open.team.empty());
}

TEST(MappingTicket, EditTellsUnchangedFromEmpty) {
  const auto nothing = ticketCommand<domain::EditTicket>(
      [](Wire::Builder command) { command.initEdit().setTicket("OPS-1"); });
  EXPECT_FALSE(nothing.title || nothing.description || nothing.requester || nothing.due);
  const auto all = ticketCommand<domain::EditTicket>([](Wire::Builder command) {
    auto edit = command.initEdit();
    edit.setTicket("OPS-1");
    edit.initTitle().setTo("New");
    edit.initDescription().setTo("");
    edit.initRequester().setTo("bob");
    edit.getDue().setNone();
  });
  EXPECT_EQ(all.title, "New");
  EXPECT_EQ(all.description, "");
  EXPECT_EQ(all.requester, domain::SubjectId{"bob"});
  ASSERT_TRUE(all.due.has_value());
  EXPECT_FALSE(all.due->has_value());
  const auto due = ticketCommand<domain::EditTicket>([](Wire::Builder command) {
    command.initEdit().setTicket("OPS-1");
    command.getEdit().getDue().setAt(7);
  });
  EXPECT_EQ(due.due, std::optional(std::optional(domain::Timestamp{std::chrono::microseconds{7}})));
}

TEST(MappingTicket, ClassifyLeavesWhatIsEmpty) {
  const auto nothing = ticketCommand<domain::ClassifyTicket>(
      [](Wire::Builder command) { command.initClassify().setTicket("OPS-1"); });
  EXPECT_FALSE(nothing.type || nothing.serviceClass || nothing.changeKind || nothing.impact ||
               nothing.urgency || nothing.priority || nothing.cynefin || nothing.service ||
               nothing.customer);
  const auto all = ticketCommand<domain::ClassifyTicket>([](Wire::Builder command) {
    auto classify = command.initClassify();
    classify.setTicket("OPS-1");
    classify.setType("problem");
    classify.setClass("expedite");
    classify.setChangeKind("none");
    classify.setImpact("medium");
    classify.setUrgency("high");
    classify.setPriority("p1");
    classify.setCynefin("chaotic");
    classify.initService().setTo("");
    classify.initCustomer().setTo("ACME");
    classify.initAddLabels(1).set(0, "new");
    classify.initRemoveLabels(1).set(0, "old");
  });
  EXPECT_EQ(all.type, domain::TicketType::problem);
  EXPECT_EQ(all.serviceClass, domain::ServiceClass::expedite);
  EXPECT_EQ(all.changeKind, domain::ChangeKind::none);
  EXPECT_EQ(all.impact, domain::Level::medium);
  EXPECT_EQ(all.urgency, domain::Level::high);
  EXPECT_EQ(all.priority, domain::Priority::p1);
  EXPECT_EQ(all.cynefin, domain::CynefinDomain::chaotic);
  EXPECT_EQ(all.service, domain::ServiceId{});
  EXPECT_EQ(all.customer, "ACME");
  EXPECT_THAT(all.addLabels, ElementsAre("new"));
  EXPECT_THAT(all.removeLabels, ElementsAre("old"));
}

TEST(MappingTicket, WhereATicketIsAGuest) {
  const auto move = ticketCommand<domain::MoveTicket>([](Wire::Builder command) {
    command.initMove().setTicket("OPS-1");
    command.getMove().setBoard("DEV");
    command.getMove().setColumn("doing");
  });
  EXPECT_EQ(move.board.value, "DEV");
  EXPECT_EQ(move.column.value, "doing");
  const auto pull = ticketCommand<domain::PullNext>([](Wire::Builder command) {
    command.initPull().setBoard("DEV");
    command.getPull().setLane("fast");
    command.getPull().setAgent("bob");
  });
  EXPECT_EQ(pull.board.value, "DEV");
  EXPECT_EQ(pull.lane.value, "fast");
  EXPECT_EQ(pull.agent.value, "bob");
}

TEST(MappingTicket, AssignTellsKeepingFromNobody) {
  const auto nobody = ticketCommand<domain::AssignTicket>(
      [](Wire::Builder command) { command.initAssign().setTicket("OPS-1"); });
  EXPECT_EQ(nobody.assignee, domain::SubjectId{});
  EXPECT_FALSE(nobody.team);
  const auto team = ticketCommand<domain::AssignTicket>([](Wire::Builder command) {
    auto assign = command.initAssign();
    assign.setTicket("OPS-1");
    assign.setKeepAssignee(true);
    assign.initTeam().setTo("network");
    assign.setBoard("DEV");
  });
  EXPECT_FALSE(team.assignee);
  EXPECT_EQ(team.team, domain::TeamId{"network"});
  EXPECT_EQ(team.board.value, "DEV");
}

TEST(MappingTicket, ConversationAndHandOver) {
  const auto contact = ticketCommand<domain::RecordContact>([](Wire::Builder command) {
    auto in = command.initContact();
    in.setTicket("OPS-1");
    in.setChannel("walk-in");
    in.setDirection("outbound");
    in.setSummary("told them");
  });
  EXPECT_EQ(contact.channel, domain::Channel::walkIn);
  EXPECT_EQ(contact.direction, domain::Direction::outbound);
  EXPECT_EQ(contact.summary, "told them");
  const auto offer = ticketCommand<domain::OfferHandOver>([](Wire::Builder command) {
    auto in = command.initOfferHandOver();
    in.setTicket("OPS-1");
    in.setTo("DEV");
    in.setReason("a defect");
  });
  EXPECT_EQ(offer.to.value, "DEV");
  EXPECT_EQ(offer.reason, "a defect");
  const auto accept = ticketCommand<domain::AcceptHandOver>([](Wire::Builder command) {
    auto in = command.initAcceptHandOver();
    in.setTicket("OPS-1");
    in.setBy("DEV");
    in.setColumn("doing");
    in.setAgent("bob");
    in.setOverrideReason("now");
  });
  EXPECT_EQ(accept.by.value, "DEV");
  EXPECT_EQ(accept.column.value, "doing");
  EXPECT_EQ(accept.agent.value, "bob");
  EXPECT_EQ(accept.overrideReason, "now");
  const auto back = ticketCommand<domain::ReturnHandOver>([](Wire::Builder command) {
    auto in = command.initReturnHandOver();
    in.setTicket("OPS-1");
    in.setBy("DEV");
    in.setReason("fixed");
  });
  EXPECT_EQ(back.by.value, "DEV");
  EXPECT_EQ(back.reason, "fixed");
}

TEST(MappingTicket, Gates) {
  const auto request = ticketCommand<domain::RequestApproval>([](Wire::Builder command) {
    auto in = command.initRequestApproval();
    in.setTicket("OPS-1");
    in.initApprovers(1).set(0, "carl");
    in.setNeeded(2);
    in.setQuestion("may we?");
  });
  EXPECT_THAT(request.approvers, ElementsAre(domain::SubjectId{"carl"}));
  EXPECT_EQ(request.needed, 2u);
  EXPECT_EQ(request.question, "may we?");
  const auto decide = ticketCommand<domain::DecideApproval>([](Wire::Builder command) {
    auto in = command.initDecideApproval();
    in.setTicket("OPS-1");
    in.setNumber(3);
    in.setVerdict("rejected");
    in.setNote("no");
  });
  EXPECT_EQ(decide.number, 3u);
  EXPECT_EQ(decide.verdict, domain::Verdict::rejected);
  EXPECT_EQ(decide.note, "no");
  const auto add = ticketCommand<domain::AddCheck>([](Wire::Builder command) {
    command.initAddCheck().setTicket("OPS-1");
    command.getAddCheck().setText("tested");
  });
  EXPECT_EQ(add.text, "tested");
  EXPECT_TRUE(add.required);
  EXPECT_EQ(add.gate, domain::Gate::resolve);
  const auto other = ticketCommand<domain::AddCheck>([](Wire::Builder command) {
    command.initAddCheck().setTicket("OPS-1");
    command.getAddCheck().setOptional(true);
    command.getAddCheck().setGate("close");
  });
  EXPECT_FALSE(other.required);
  EXPECT_EQ(other.gate, domain::Gate::close);
  const auto complete = ticketCommand<domain::CompleteCheck>([](Wire::Builder command) {
    auto in = command.initCompleteCheck();
    in.setTicket("OPS-1");
    in.setNumber(4);
    in.setNote("green");
  });
  EXPECT_EQ(complete.number, 4u);
  EXPECT_EQ(complete.note, "green");
}

TEST(MappingTicket, LinksAndParts) {
  const auto fill = [](api::LinkTickets::Builder link) {
    link.setTicket("OPS-1");
    link.setKind("caused-by-change");
    link.setOther("DEV-7");
  };
  const auto link =
      ticketCommand<domain::LinkTickets>([&](Wire::Builder command) { fill(command.initLink()); });
  EXPECT_EQ(link.kind, domain::LinkKind::causedByChange);
  EXPECT_EQ(link.other.text(), "DEV-7");
  const auto unlink = ticketCommand<domain::UnlinkTickets>(
      [&](Wire::Builder command) { fill(command.initUnlink()); });
  EXPECT_EQ(unlink.ticket.text(), "OPS-1");
  const auto split = ticketCommand<domain::SplitTicket>([](Wire::Builder command) {
    command.initSplit().setTicket("OPS-1");
    auto titles = command.getSplit().initTitles(2);
    titles.set(0, "one");
    titles.set(1, "two");
  });
  EXPECT_THAT(split.titles, ElementsAre("one", "two"));
}

TEST(MappingTicket, OutcomeAndPromises) {
  const auto commit = ticketCommand<domain::CommitTicket>(
      [](Wire::Builder command) { command.initCommit().setTicket("OPS-1"); });
  EXPECT_EQ(commit.ticket.text(), "OPS-1");
  const auto resolve = ticketCommand<domain::ResolveTicket>([](Wire::Builder command) {
    command.initResolve().setTicket("OPS-1");
    command.getResolve().setKind("workaround");
  });
  EXPECT_EQ(resolve.kind, domain::ResolutionKind::workaround);
  const auto close = ticketCommand<domain::CloseTicket>([](Wire::Builder command) {
    command.initClose().setTicket("OPS-1");
    command.getClose().setColumn("closed");
  });
  EXPECT_EQ(close.column.value, "closed");
  const auto cancel = ticketCommand<domain::CancelTicket>([](Wire::Builder command) {
    command.initCancel().setTicket("OPS-1");
    command.getCancel().setReason("by mistake");
  });
  EXPECT_EQ(cancel.reason, "by mistake");
  const auto rate = ticketCommand<domain::RecordSatisfaction>([](Wire::Builder command) {
    command.initRate().setTicket("OPS-1");
    command.getRate().setScore(4);
    command.getRate().setComment("quick");
  });
  EXPECT_EQ(rate.score, 4);
  EXPECT_EQ(rate.comment, "quick");
  const auto recommit = ticketCommand<domain::Recommit>([](Wire::Builder command) {
    auto in = command.initRecommit();
    in.setTicket("OPS-1");
    in.setKind("next-update");
    in.setTarget(7200);
    in.setReason("they agreed");
  });
  EXPECT_EQ(recommit.kind, domain::PromiseKind::nextUpdate);
  EXPECT_EQ(recommit.target, std::chrono::hours(2));
  EXPECT_EQ(recommit.reason, "they agreed");
}

TEST(MappingTicket, HistoryKeepsWhatItIsNotToldToChange) {
  const auto silent = ticketCommand<domain::RecordHistory>(
      [](Wire::Builder command) { command.initRecordHistory().setType("incident"); });
  EXPECT_FALSE(silent.assignee || silent.team || silent.tier);
  const auto told = ticketCommand<domain::RecordHistory>([](Wire::Builder command) {
    auto in = command.initRecordHistory();
    in.setType("incident");
    in.initAssignee().setTo("");
    in.initTeam().setTo("network");
    in.setTier(2);
  });
  EXPECT_EQ(told.assignee, domain::SubjectId{});
  EXPECT_EQ(told.team, domain::TeamId{"network"});
  EXPECT_EQ(told.tier, domain::Tier::second);
}

TEST(MappingTicket, BadValuesAreRefusedByField) {
  const struct {
    const char* field;
    Fill fill;
  } cases[] = {
      {"classification.priority",
       [](Wire::Builder c) {
         fillOpen(c.initOpen());
         c.getOpen().initClassification().setPriority("P1");
       }},
      {"classification.labels",
       [](Wire::Builder c) {
         fillOpen(c.initOpen());
         c.getOpen().initClassification().initLabels(101);
       }},
      {"due",
       [](Wire::Builder c) {
         c.initEdit().setTicket("OPS-1");
         c.getEdit().getDue().setAt(std::numeric_limits<std::int64_t>::max());
       }},
      {"requester",
       [](Wire::Builder c) {
         c.initEdit().setTicket("OPS-1");
         c.getEdit().initRequester().setTo("\xff");
       }},
      {"changeKind",
       [](Wire::Builder c) {
         c.initClassify().setTicket("OPS-1");
         c.getClassify().setChangeKind("big");
       }},
      {"addLabels",
       [](Wire::Builder c) {
         c.initClassify().setTicket("OPS-1");
         c.getClassify().initAddLabels(101);
       }},
      {"ticket", [](Wire::Builder c) { c.initCommit().setTicket("OPS"); }},
      {"assignee",
       [](Wire::Builder c) {
         c.initAssign().setTicket("OPS-1");
         c.getAssign().setKeepAssignee(true);
         c.getAssign().setAssignee("bob");
       }},
      {"channel",
       [](Wire::Builder c) {
         c.initContact().setTicket("OPS-1");
         c.getContact().setDirection("inbound");
         c.getContact().setChannel("fax");
       }},
      {"to",
       [](Wire::Builder c) {
         c.initOfferHandOver().setTicket("OPS-1");
         c.getOfferHandOver().setTo("\xff");
       }},
      {"approvers",
       [](Wire::Builder c) {
         c.initRequestApproval().setTicket("OPS-1");
         c.getRequestApproval().initApprovers(101);
       }},
      {"verdict", [](Wire::Builder c) { c.initDecideApproval().setTicket("OPS-1"); }},
      {"gate",
       [](Wire::Builder c) {
         c.initAddCheck().setTicket("OPS-1");
         c.getAddCheck().setGate("open");
       }},
      {"other",
       [](Wire::Builder c) {
         c.initLink().setTicket("OPS-1");
         c.getLink().setKind("relates");
       }},
      {"kind",
       [](Wire::Builder c) {
         c.initUnlink().setTicket("OPS-1");
         c.getUnlink().setOther("OPS-2");
       }},
      {"titles",
       [](Wire::Builder c) {
         c.initSplit().setTicket("OPS-1");
         c.getSplit().initTitles(101);
       }},
      {"kind",
       [](Wire::Builder c) {
         c.initResolve().setTicket("OPS-1");
         c.getResolve().setKind("magic");
       }},
      {"target",
       [](Wire::Builder c) {
         c.initRecommit().setTicket("OPS-1");
         c.getRecommit().setKind("resolution");
         c.getRecommit().setTarget(std::numeric_limits<std::uint64_t>::max());
       }},
      {"tier",
       [](Wire::Builder c) {
         c.initRecordHistory().setType("incident");
         c.getRecordHistory().setTier(4);
       }},
  };
  for (const auto& broken : cases) {
    EXPECT_THAT(invalidFields(read(broken.fill)), ElementsAre(broken.field)) << broken.field;
  }
}

}  // namespace
}  // namespace docket::server
