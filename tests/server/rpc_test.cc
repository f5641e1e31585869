// The server over its wire: a real log, engine and command path in a temporary directory, and a
// plain Cap'n Proto client.
#include "server/rpc_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

#include "tests/server/rpc_fixture.h"

namespace docket::server {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST_F(Rpc, InfoSaysWhatAServerIs) {
  const auto answer = client_->bootstrap().infoRequest().send().wait(scope());
  EXPECT_EQ(answer.getInfo().getProtocolVersion(), 1u);
  EXPECT_EQ(answer.getInfo().getStoreId(), server_->log().storeId().c_str());
  EXPECT_EQ(answer.getInfo().getHead(), 0u);
  EXPECT_EQ(answer.getInfo().getMaxBatch(), kMaxBatch);
}

TEST_F(Rpc, LoginRefusesANameThatIsNone) {
  for (const char* name : {"", "two words", "\xff"}) {
    auto request = client_->bootstrap().loginRequest();
    request.initCredential().setName(name);
    const auto answer = request.send().wait(scope());
    EXPECT_FALSE(answer.hasSession());
    EXPECT_EQ(code(answer.getRefusal()), "field-invalid");
  }
}

TEST_F(Rpc, TicketGoesThroughItsLife) {
  createBoard();
  const auto opened = open("Printer");
  ASSERT_TRUE(opened.getOutcome().isDone()) << field(opened.getOutcome());
  EXPECT_EQ(opened.getOutcome().getDone().getSubject(), "OPS-1");
  const auto moved = move("OPS-1", "doing");
  ASSERT_TRUE(moved.getOutcome().isDone()) << field(moved.getOutcome());
  const std::uint64_t head = server_->log().head().value;

  auto board = client_->desk().boardRequest();
  board.setKey("OPS");
  board.initFreshness().setHead();
  const auto shown = board.send().wait(scope());
  ASSERT_EQ(code(shown.getRefusal()), "");
  EXPECT_EQ(shown.getNext(), head);
  ASSERT_EQ(shown.getBoard().getColumns().size(), 3u);
  EXPECT_EQ(shown.getBoard().getColumns()[1].getCount(), 1u);
  EXPECT_EQ(shown.getBoard().getColumns()[1].getCards()[0].getTitle(), "Printer");
  EXPECT_EQ(shown.getBoard().getColumns()[1].getColumn().getWipLimit(), 1);

  auto ticket = client_->desk().ticketRequest();
  ticket.setId("OPS-1");
  const auto found = ticket.send().wait(scope());
  EXPECT_EQ(found.getTicket().getVersion(), moved.getOutcome().getDone().getVersion());
  EXPECT_EQ(found.getTicket().getCard().getColumn(), "doing");
  EXPECT_EQ(found.getNext(), head);

  auto history = client_->desk().historyRequest();
  history.setId("OPS-1");
  history.setLimit(1);
  const auto first = history.send().wait(scope());
  ASSERT_EQ(first.getEntries().size(), 1u);
  EXPECT_TRUE(first.getMore());
  EXPECT_EQ(first.getEntries()[0].getText(), "Printer");
  EXPECT_EQ(first.getEntries()[0].getFacts().getActor(), "ada");

  auto audit = client_->auditor().logRequest();
  audit.initFilter().setTicket("OPS-1");
  audit.initFreshness().setHead();
  const auto entries = audit.send().wait(scope());
  ASSERT_EQ(code(entries.getRefusal()), "");
  EXPECT_EQ(entries.getEntries().size(), head - 1);
}

TEST_F(Rpc, MoveOverTheLimitIsRefusedAndTheLogDoesNotGrow) {
  createBoard();
  open("one");
  open("two");
  ASSERT_TRUE(move("OPS-1", "doing").getOutcome().isDone());
  const auto head = server_->log().head();
  const auto refused = move("OPS-2", "doing");
  ASSERT_TRUE(refused.getOutcome().isRefused());
  EXPECT_EQ(code(refused.getOutcome().getRefused()), "wip-limit-reached");
  EXPECT_EQ(server_->log().head(), head);
}

TEST_F(Rpc, QueueTellsHowManyThereAre) {
  createBoard();
  for (const char* title : {"a", "b", "c"}) open(title);
  auto request = client_->desk().queueRequest();
  request.setKey("OPS");
  request.setLimit(2);
  request.initFreshness().setHead();
  const auto answer = request.send().wait(scope());
  ASSERT_EQ(answer.getEntries().size(), 2u);
  EXPECT_EQ(answer.getTotal(), 3u);
  EXPECT_EQ(answer.getEntries()[0].getRank(), 1u);
  EXPECT_EQ(answer.getEntries()[0].getCard().getTitle(), "a");
}

TEST_F(Rpc, UnknownThingsHaveTheDomainsCodes) {
  auto board = client_->desk().boardRequest();
  board.setKey("NOPE");
  EXPECT_EQ(code(board.send().wait(scope()).getRefusal()), "unknown-board");
  auto queue = client_->desk().queueRequest();
  queue.setKey("NOPE");
  EXPECT_EQ(code(queue.send().wait(scope()).getRefusal()), "unknown-board");
  auto rules = client_->desk().boardRulesRequest();
  rules.setKey("NOPE");
  EXPECT_EQ(code(rules.send().wait(scope()).getRefusal()), "unknown-board");
  auto inbox = client_->desk().inboxRequest();
  inbox.setKey("NOPE");
  EXPECT_EQ(code(inbox.send().wait(scope()).getRefusal()), "unknown-board");
  auto ticket = client_->desk().ticketRequest();
  ticket.setId("NOPE-1");
  EXPECT_EQ(code(ticket.send().wait(scope()).getRefusal()), "unknown-ticket");
  auto history = client_->desk().historyRequest();
  history.setId("NOPE-1");
  EXPECT_EQ(code(history.send().wait(scope()).getRefusal()), "unknown-ticket");
  auto rebuild = client_->administrator().rebuildRequest();
  rebuild.setName("nope");
  EXPECT_EQ(code(rebuild.send().wait(scope()).getRefusal()), "unknown-projection");
}

TEST_F(Rpc, WhatANewerProgramWroteIsShownByItsFixedFacts) {
  createBoard();
  open("Printer");
  eventstore::Unit unit;
  unit.commandId.bytes.fill(std::byte{7});
  unit.actor = "eve";
  unit.events.push_back({{"ticket", "OPS-1"}, "TicketTeleported", 3, {}, {}});
  std::vector<eventstore::Unit> units{unit};
  const eventstore::Timestamp later{std::chrono::seconds(1'800'000'000)};
  ASSERT_TRUE(server_->log().append(units, later).at(0));
  server_->engine().logGrew();

  auto history = client_->desk().historyRequest();
  history.setId("OPS-1");
  history.setLimit(10);
  const auto entries = history.send().wait(scope());
  ASSERT_EQ(code(entries.getRefusal()), "");
  ASSERT_EQ(entries.getEntries().size(), 2u);
  const auto facts = entries.getEntries()[1].getFacts();
  EXPECT_EQ(facts.getType(), "TicketTeleported");
  EXPECT_EQ(facts.getActor(), "eve");
  EXPECT_THAT(facts.getSummary().cStr(), HasSubstr("unknown to this version"));

  auto ticket = client_->desk().ticketRequest();
  ticket.setId("OPS-1");
  EXPECT_EQ(code(ticket.send().wait(scope()).getRefusal()), "event-not-understood");

  const auto audited = [&](const char* type) {
    auto audit = client_->auditor().logRequest();
    audit.initFilter().setType(type);
    audit.initFreshness().setHead();
    return audit.send().wait(scope());
  };
  const auto found = audited("TicketTeleported");
  ASSERT_EQ(code(found.getRefusal()), "");
  ASSERT_EQ(found.getEntries().size(), 1u);
  EXPECT_EQ(found.getEntries()[0].getActor(), "eve");
  EXPECT_EQ(code(audited("TicketEaten").getRefusal()), "field-invalid") << "nobody wrote one";
}

TEST_F(Rpc, PositionBeyondTheHeadIsNotYet) {
  createBoard();
  auto request = client_->desk().boardsRequest();
  request.initFreshness().setAtLeast(server_->log().head().value + 1);
  const auto answer = request.send().wait(scope());
  EXPECT_EQ(code(answer.getRefusal()), "not-yet");
}

TEST_F(Rpc, AdministratorSeesViewsAndTheirDigests) {
  createBoard();
  const auto status = client_->administrator().projectionsRequest().send().wait(scope());
  ASSERT_EQ(status.getProjections().size(), server_->engine().status().size());
  for (const auto projection : status.getProjections()) {
    auto digest = client_->administrator().digestRequest();
    digest.setName(projection.getName());
    digest.initFreshness().setHead();
    const auto answer = digest.send().wait(scope());
    ASSERT_EQ(code(answer.getRefusal()), "");
    EXPECT_EQ(answer.getSha256().size(), 64u);
    EXPECT_EQ(answer.getNext(), server_->log().head().value);
  }
}

TEST_F(Rpc, BatchAnswersEachCommandInItsPlace) {
  createBoard();
  auto request = client_->desk().executeManyRequest();
  auto commands = request.initCommands(3);
  for (unsigned i = 0; i < 3; ++i) {
    header(commands[i].initHeader());
    auto ticket = commands[i].initOpen();
    ticket.setBoard("OPS");
    ticket.setType(i == 1 ? "nonsense" : "incident");
    ticket.setClass("standard");
    ticket.setTitle("t");
    ticket.setRequester("bob");
  }
  const auto answer = request.send().wait(scope());
  ASSERT_EQ(answer.getOutcomes().size(), 3u);
  EXPECT_EQ(answer.getOutcomes()[0].getDone().getSubject(), "OPS-1");
  EXPECT_THAT(field(answer.getOutcomes()[1]), HasSubstr("type"));
  EXPECT_EQ(answer.getOutcomes()[2].getDone().getSubject(), "OPS-2");
}

TEST_F(Rpc, BatchOverTheLimitIsRefusedWhole) {
  auto request = client_->desk().executeManyRequest();
  request.initCommands(kMaxBatch + 1);
  const auto answer = request.send().wait(scope());
  ASSERT_EQ(answer.getOutcomes().size(), 1u);
  EXPECT_EQ(code(answer.getOutcomes()[0].getRefused()), "batch-too-large");
}

TEST_F(Rpc, BrokenTextsAreRefusedByTheirField) {
  createBoard();
  const auto head = server_->log().head();
  for (const std::string& title : {std::string("\xc3\x28"), std::string(1024 * 1024, 'x')}) {
    const auto answer = open(title);
    ASSERT_TRUE(answer.getOutcome().isRefused());
    EXPECT_EQ(code(answer.getOutcome().getRefused()), "field-invalid");
    EXPECT_THAT(field(answer.getOutcome()), HasSubstr("title"));
  }
  EXPECT_EQ(server_->log().head(), head);
}

// --- Strangers
// ------------------------------------------------------------------------------------

// A socket to the server that speaks no Cap'n Proto.
int rawConnection(const Address& address) {
  sockaddr_storage system{};
  const socklen_t size = toSystem(address, system);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&system), size), 0);
  return fd;
}

TEST_F(Rpc, RandomBytesHarmNobodyElse) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    const int fd = rawConnection(server_->address());
    std::string bytes(random() % 4096, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::close(fd);
  }
  EXPECT_EQ(client_->bootstrap().infoRequest().send().wait(scope()).getInfo().getHead(), 0u);
}

TEST_F(Rpc, HalfAMessageHarmsNobodyElse) {
  const int fd = rawConnection(server_->address());
  // One segment of 100 words is announced, one word comes.
  const unsigned char half[] = {0, 0, 0, 0, 100, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
  ASSERT_EQ(::send(fd, half, sizeof half, MSG_NOSIGNAL), static_cast<ssize_t>(sizeof half));
  EXPECT_EQ(client_->bootstrap().infoRequest().send().wait(scope()).getInfo().getHead(), 0u);
  ::close(fd);
  EXPECT_EQ(client_->bootstrap().infoRequest().send().wait(scope()).getInfo().getHead(), 0u);
}

TEST_F(Rpc, ConnectionOverTheCapIsClosedAtOnce) {
  TestServer small(1);
  Client first(io_, small.address());
  first.bootstrap().infoRequest().send().wait(scope());
  const int fd = rawConnection(small.address());
  char byte = 0;
  EXPECT_EQ(::read(fd, &byte, 1), 0);
  ::close(fd);
  first.bootstrap().infoRequest().send().wait(scope());
}

TEST_F(Rpc, AnAuditorTakesACheckpointAndProofsAway) {
  auto auditor = client_->auditor();
  EXPECT_EQ(auditor.checkpointRequest().send().wait(scope()).getCheckpoint().getSize(), 0u);
  createBoard();
  const std::uint64_t head = server_->log().head().value;
  const auto answer = auditor.checkpointRequest().send().wait(scope());
  const auto checkpoint = answer.getCheckpoint();
  const auto key = eventstore::parseVerifierKey(checkpoint.getVerifierKey().cStr());
  ASSERT_TRUE(key);
  const auto opened = eventstore::openCheckpoint(checkpoint.getNote().cStr(), {&*key, 1});
  ASSERT_TRUE(opened) << opened.error();
  EXPECT_EQ(opened->size, head);
  EXPECT_EQ(eventstore::toHex(opened->root.bytes), std::string(checkpoint.getRoot().cStr()));
  EXPECT_EQ(opened->root, server_->log().treeHead().root);

  auto prove = auditor.proveRequest();
  prove.setPosition(head - 1);
  const auto proof = prove.send().wait(scope());
  EXPECT_EQ(proof.getSize(), head);
  EXPECT_THAT(std::string(proof.getProof().cStr()), HasSubstr(checkpoint.getNote().cStr()));
  auto consistency = auditor.consistencyRequest();
  consistency.setOldSize(1);
  EXPECT_THAT(std::string(consistency.send().wait(scope()).getProof().cStr()),
              HasSubstr("old 1\nnew " + std::to_string(head) + "\n"));
}

TEST_F(Rpc, ProofsBeyondTheLogAreRefused) {
  auto prove = client_->auditor().proveRequest();
  prove.setPosition(5);
  const auto proof = prove.send().wait(scope());
  EXPECT_EQ(std::string(proof.getRefusal().getViolations()[0].getCode().cStr()), "beyond-the-log");
  auto consistency = client_->auditor().consistencyRequest();
  consistency.setOldSize(5);
  const auto other = consistency.send().wait(scope());
  EXPECT_EQ(std::string(other.getRefusal().getViolations()[0].getCode().cStr()), "beyond-the-log");
}

TEST_F(Rpc, PortInUseIsOneSentence) {
  RpcOptions options;
  options.listen = server_->address();
  const auto second =
      RpcServer::start(options, server_->log(), server_->publisher(), server_->engine(),
                       server_->commands(), [] { return eventstore::Timestamp{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "cannot listen on " + server_->address().text() +
                                ": the port is in use by another program");
}

TEST_F(Rpc, RemoteAddressNeedsLeave) {
  RpcOptions options;
  options.listen = *parseAddress("0.0.0.0:0");
  const auto remote =
      RpcServer::start(options, server_->log(), server_->publisher(), server_->engine(),
                       server_->commands(), [] { return eventstore::Timestamp{}; });
  ASSERT_FALSE(remote);
  EXPECT_THAT(remote.error(), HasSubstr("allow_remote"));
}

TEST_F(Rpc, CommandsUnderWayWhenTheServerStopsAreAnswered) {
  createBoard();
  auto desk = client_->desk();
  kj::Vector<kj::Promise<void>> answers;
  unsigned answered = 0;
  for (int i = 0; i < 50; ++i) {
    auto request = desk.executeRequest();
    header(request.initCommand().initHeader());
    auto ticket = request.getCommand().initOpen();
    ticket.setBoard("OPS");
    ticket.setType("incident");
    ticket.setClass("standard");
    ticket.setTitle("t");
    ticket.setRequester("bob");
    // Lost answers are allowed, wrong ones are not: whatever was said to be done is in the log.
    answers.add(request.send().then(
        [&](auto&& answer) {
          if (answer.getOutcome().isDone()) ++answered;
        },
        [](kj::Exception&&) {}));
  }
  answers[0].wait(scope());
  server_->commands().stop();
  const std::uint64_t head = server_->log().head().value;
  for (std::size_t i = 1; i < answers.size(); ++i) answers[i].wait(scope());
  EXPECT_GE(answered, 1u);
  EXPECT_EQ(head, 1 + answered);
  EXPECT_EQ(server_->log().head().value, head);
}

}  // namespace
}  // namespace docket::server
