#include "server/mapping.h"

#include <capnp/message.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/server/wire_commands.h"

namespace docket::server {
namespace {

using namespace testing;
using ::testing::ElementsAre;

// A ticket command with a good header, as `fill` makes it.
using Fill = std::function<void(api::TicketCommand::Builder)>;
MappedCommand read(const Fill& fill, const domain::SubjectId& actor = kActor) {
  return readWire<api::TicketCommand>(fill, actor);
}

MappedCommand readBoard(const std::function<void(api::BoardCommand::Builder)>& fill) {
  return readWire<api::BoardCommand>(fill);
}

void fillMove(api::TicketCommand::Builder command) {
  auto move = command.initMove();
  move.setTicket("OPS-42");
  move.setColumn("done");
  move.setOverrideReason("urgent");
}

TEST(Mapping, HeaderComesAcross) {
  const auto request = read([](api::TicketCommand::Builder command) {
    auto header = command.getHeader();
    header.getExpected().setVersion(7);
    auto correlation = header.initCorrelationId(16);
    std::memset(correlation.begin(), 9, correlation.size());
    header.setOnBehalfOf("bob");
    header.initOccurredAt().setAt(1'000'001);
    fillMove(command);
  });
  ASSERT_TRUE(request);
  EXPECT_EQ(eventstore::toHex(request->id.bytes), "00000000000000000000000000000001");
  EXPECT_EQ(request->expectedVersion, 7u);
  EXPECT_EQ(eventstore::toHex(request->correlationId->bytes), "09090909090909090909090909090909");
  EXPECT_EQ(request->actor.value, "ada");
  EXPECT_EQ(request->onBehalfOf.value, "bob");
  EXPECT_EQ(request->occurredAt->time_since_epoch().count(), 1'000'001);
  EXPECT_EQ(request->origin, eventstore::Origin::rpc);
  const auto& move =
      std::get<domain::MoveTicket>(std::get<domain::TicketCommand>(request->command));
  EXPECT_EQ(move.ticket.text(), "OPS-42");
  EXPECT_EQ(move.column.value, "done");
  EXPECT_EQ(move.overrideReason, "urgent");
}

TEST(Mapping, EveryBrokenFieldIsNamedAsOnTheWire) {
  const auto request = read([](api::TicketCommand::Builder command) {
    command.getHeader().initId(15);
    command.getHeader().initCorrelationId(1);
    command.getHeader().setOnBehalfOf("no spaces");
    auto block = command.initBlock();
    block.setTicket("OPS");
    block.setKind("bored");
  });
  EXPECT_THAT(invalidFields(request), ElementsAre("header.id", "header.correlationId",
                                                  "header.onBehalfOf", "ticket", "kind"));
}

TEST(Mapping, ZeroIdIsRefused) {
  const auto request = read([](api::TicketCommand::Builder command) {
    setId(command.getHeader(), 0);
    fillMove(command);
  });
  EXPECT_THAT(invalidFields(request), ElementsAre("header.id"));
}

TEST(Mapping, BadValuesAreRefusedByField) {
  const struct {
    const char* field;
    Fill fill;
  } cases[] = {
      {"type",
       [](api::TicketCommand::Builder c) {
         c.initOpen().setType("Incident");
         c.getOpen().setClass("standard");
       }},
      {"class",
       [](api::TicketCommand::Builder c) {
         c.initOpen().setType("incident");
         c.getOpen().setClass("");
       }},
      {"due",
       [](api::TicketCommand::Builder c) {
         c.initOpen().setType("incident");
         c.getOpen().setClass("standard");
         c.getOpen().initDue().setAt(std::numeric_limits<std::int64_t>::max());
       }},
      {"header.occurredAt",
       [](api::TicketCommand::Builder c) {
         c.getHeader().initOccurredAt().setAt(std::numeric_limits<std::int64_t>::min());
         fillMove(c);
       }},
      {"tier",
       [](api::TicketCommand::Builder c) {
         c.initEscalate().setTicket("OPS-1");
         c.getEscalate().setTier(4);
       }},
      {"board", [](api::TicketCommand::Builder c) { c.initPull().setBoard("\xff\xfe"); }},
      {"column",
       [](api::TicketCommand::Builder c) {
         c.initPull().setBoard("OPS");
         c.getPull().setColumn(std::string(401, 'x'));
       }},
  };
  for (const auto& broken : cases) {
    EXPECT_THAT(invalidFields(read(broken.fill)), ElementsAre(broken.field)) << broken.field;
  }
}

TEST(Mapping, TextsOfAnyBytesAreForTheDomainToJudge) {
  const auto request = read([](api::TicketCommand::Builder command) {
    auto comment = command.initComment();
    comment.setTicket("OPS-1");
    comment.setText("\xc3\x28");
  });
  ASSERT_TRUE(request);
  EXPECT_EQ(std::get<domain::AddComment>(std::get<domain::TicketCommand>(request->command)).text,
            "\xc3\x28");
}

TEST(Mapping, AttributesNestedTooDeepAreRefused) {
  const auto nested = [](std::size_t levels) {
    return read([levels](api::TicketCommand::Builder command) {
      auto history = command.initRecordHistory();
      history.setType("problem");
      auto attribute = history.initForeign(1)[0];
      attribute.setKey("k");
      for (std::size_t i = 1; i < levels; ++i) attribute = attribute.initChildren(1)[0];
    });
  };
  const auto deepest = nested(kMaxAttributeDepth);
  ASSERT_TRUE(deepest);
  EXPECT_EQ(deepest->origin, eventstore::Origin::import);
  EXPECT_THAT(invalidFields(nested(kMaxAttributeDepth + 1)), ElementsAre("foreign"));
}

TEST(Mapping, CommandOverTheLimitIsRefusedAsAWhole) {
  const auto request = read([](api::TicketCommand::Builder command) {
    command.initComment().setText(std::string(kMaxCommandBytes, 'x'));
  });
  EXPECT_THAT(invalidFields(request), ElementsAre("command"));
}

TEST(Mapping, FingerprintTellsContentAndActor) {
  const auto one = read(fillMove);
  const auto same = read(fillMove);
  const auto otherActor = read(fillMove, {"bob"});
  const auto otherContent = read([](api::TicketCommand::Builder command) {
    fillMove(command);
    command.getMove().setColumn("doing");
  });
  EXPECT_EQ(one->fingerprint, same->fingerprint);
  EXPECT_NE(one->fingerprint, otherActor->fingerprint);
  EXPECT_NE(one->fingerprint, otherContent->fingerprint);
}

TEST(Mapping, FingerprintIgnoresHowTheMessageIsLaidOut) {
  capnp::MallocMessageBuilder wide(4096);
  capnp::MallocMessageBuilder narrow(1, capnp::AllocationStrategy::FIXED_SIZE);
  const auto fill = [](capnp::MessageBuilder& message) {
    auto command = message.initRoot<api::TicketCommand>();
    setId(command.initHeader());
    fillMove(command);
    return readCommand(command.asReader(), kActor);
  };
  EXPECT_EQ(fill(wide)->fingerprint, fill(narrow)->fingerprint);
}

TEST(Mapping, BoardColumnsComeAcross) {
  const auto request = readBoard([](api::BoardCommand::Builder command) {
    auto create = command.initCreate();
    create.setKey("OPS");
    auto columns = create.initColumns(2);
    columns[0].setName("Inbox");
    columns[0].setCategory("queue");
    columns[0].setDefaultDrop(true);
    columns[1].setName("Doing");
    columns[1].setCategory("active");
    columns[1].setWipLimit(3);
  });
  ASSERT_TRUE(request);
  const auto& create =
      std::get<domain::CreateBoard>(std::get<domain::BoardCommand>(request->command));
  ASSERT_EQ(create.columns.size(), 2u);
  EXPECT_EQ(create.columns[0].name, "Inbox");
  EXPECT_FALSE(create.columns[0].wipLimit);
  EXPECT_TRUE(create.columns[0].defaultDrop);
  EXPECT_EQ(create.columns[1].category, domain::ColumnCategory::active);
  EXPECT_EQ(create.columns[1].wipLimit, 3u);
}

TEST(Mapping, NegativeLimitIsRefused) {
  const auto request = readBoard([](api::BoardCommand::Builder command) {
    command.initSetLimit().setBoard("OPS");
    command.getSetLimit().setLimit(-2);
  });
  EXPECT_THAT(invalidFields(request), ElementsAre("limit"));
}

// Each command about a person comes across as itself, and no two have the same fingerprint.
TEST(Mapping, CommandsAboutAPersonComeAcross) {
  using Init = api::SubjectReason::Builder (api::SubjectCommand::Builder::*)();
  const auto readSubject = [](Init init) {
    capnp::MallocMessageBuilder message;
    auto command = message.initRoot<api::SubjectCommand>();
    setId(command.initHeader());
    auto reason = (command.*init)();
    reason.setSubject("anna");
    reason.setReason("because");
    return readCommand(command.asReader(), kActor);
  };
  const auto bodyOf = [](const MappedCommand& request) {
    return std::get<domain::SubjectCommand>(request->command);
  };
  const auto erase = readSubject(&api::SubjectCommand::Builder::initErase);
  const auto place = readSubject(&api::SubjectCommand::Builder::initPlaceHold);
  const auto lift = readSubject(&api::SubjectCommand::Builder::initLiftHold);
  ASSERT_TRUE(erase && place && lift);
  EXPECT_EQ(std::get<domain::EraseSubject>(bodyOf(erase)).reason, "because");
  EXPECT_EQ(std::get<domain::PlaceLegalHold>(bodyOf(place)).subject.value, "anna");
  EXPECT_EQ(std::get<domain::LiftLegalHold>(bodyOf(lift)).reason, "because");
  EXPECT_NE(erase->fingerprint, place->fingerprint);
  EXPECT_NE(place->fingerprint, lift->fingerprint);
}

TEST(Mapping, RefusalCarriesCodeMessageWayOutAndFacts) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::Outcome>();
  domain::WipLimitReached reached;
  reached.board = {"OPS"};
  reached.scope.column = {"doing"};
  reached.limit = reached.count = 3;
  writeOutcome(Refused{{reached}, {}}, out);
  ASSERT_TRUE(out.isRefused());
  const auto violation = out.getRefused().getViolations()[0].asReader();
  const auto text = domain::describe(reached);
  EXPECT_EQ(violation.getCode(), "wip-limit-reached");
  EXPECT_EQ(violation.getMessage(), text.message.c_str());
  EXPECT_EQ(violation.getWayOut(), text.wayOut.c_str());
  EXPECT_EQ(violation.getFacts().size(), text.facts.size());
}

TEST(Mapping, HistoryKeepsForeignAttributesAsTheyCame) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<api::HistoryEntry>();
  domain::HistoryRecorded recorded;
  recorded.sequence = 3;
  recorded.activity = "Queued";
  recorded.actor = "Siebel";
  recorded.foreign = {{"b", "string", "2", {{"inner", "int", "07", {}}}}, {"a", "date", "1", {}}};
  writeHistoryEntry({}, domain::TicketEvent(recorded), out);
  const auto entry = out.asReader();
  EXPECT_TRUE(entry.getImported());
  EXPECT_EQ(entry.getSequence(), 3u);
  EXPECT_EQ(entry.getActivity(), "Queued");
  EXPECT_EQ(entry.getSourceActor(), "Siebel");
  ASSERT_EQ(entry.getForeign().size(), 2u);
  EXPECT_EQ(entry.getForeign()[0].getKey(), "b");
  EXPECT_EQ(entry.getForeign()[0].getChildren()[0].getValue(), "07");
  EXPECT_EQ(entry.getForeign()[1].getType(), "date");
}

}  // namespace
}  // namespace docket::server
