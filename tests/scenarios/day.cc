#include "tests/scenarios/day.h"

#include <stdexcept>
#include <utility>

#include "domain/text_rules.h"
#include "eventstore/log.h"
#include "eventstore/publisher.h"
#include "projections/engine.h"
#include "server/command_path.h"
#include "server/rpc_server.h"
#include "tests/server/temporary_directory.h"

namespace docket::scenarios {
namespace {

constexpr const char* kBegin = "2026-03-02T08:00:00Z";

std::int64_t microseconds(const std::string& instant) {
  const auto at = domain::parseInstant(instant);
  if (!at) throw std::invalid_argument("no instant: " + instant);
  return at->time_since_epoch().count();
}

std::string instantOf(std::int64_t microseconds) {
  return domain::instantText(domain::Timestamp{std::chrono::microseconds{microseconds}});
}

std::chrono::seconds secondsOf(std::int64_t microseconds) {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::microseconds{microseconds});
}

template <class T>
T orThrow(tl::expected<T, client::ClientError> answer) {
  if (!answer) throw std::runtime_error(answer.error().message);
  return std::move(*answer);
}

std::unique_ptr<client::Connection> logIn(const std::string& address, const std::string& name) {
  client::ConnectOptions options;
  options.address = address;
  options.subject = name;
  return orThrow(client::Connection::open(options));
}

void writeHeader(api::CommandHeader::Builder header) {
  const client::CommandIdBytes id = client::randomCommandId();
  header.setId(kj::arrayPtr(id.bytes, sizeof(id.bytes)));
}

Answer answerOf(api::Outcome::Reader outcome) {
  Answer answer;
  if (outcome.isDone()) {
    answer.subject = outcome.getDone().getSubject().cStr();
    return answer;
  }
  for (const auto violation : outcome.getRefused().getViolations()) {
    answer.refusals.emplace_back(violation.getCode().cStr());
  }
  return answer;
}

void fillOfficeHours(api::Calendar::Builder calendar) {
  constexpr unsigned kWorkingDays = 5;
  calendar.setId("office");
  calendar.setName("Office hours");
  calendar.setTimeZone("UTC");
  auto week = calendar.initWeeklyHours(7);
  for (unsigned day = 0; day < kWorkingDays; ++day) {
    auto window = week.init(day, 1)[0];
    window.setFrom(9 * 3600);
    window.setTo(17 * 3600);
  }
}

}  // namespace

// A whole server in this process, but for main.
class Day::Server {
 public:
  Server() : now_(microseconds(kBegin)) {
    auto log = eventstore::Log::open({.directory = directory_.path() / "log"});
    if (!log) throw std::runtime_error(log.error().message);
    log_ = std::move(*log);
    auto publisher = eventstore::CheckpointPublisher::open(
        *log_, {directory_.path() / "keys", directory_.path() / "checkpoint", "example.org/log"});
    if (!publisher) throw std::runtime_error(publisher.error().message);
    publisher_ = std::move(*publisher);
    auto engine = projections::Engine::open({.directory = directory_.path() / "views"}, *log_,
                                            projections::allProjections());
    if (!engine) throw std::runtime_error(engine.error().message);
    engine_ = std::move(*engine);
    engine_->start();
    const auto clock = [this] {
      return eventstore::Timestamp{std::chrono::microseconds{now_.load()}};
    };
    commands_ =
        std::make_unique<server::CommandPath>(*log_, server::CommandPathOptions{}, clock,
                                              [this](eventstore::Position) { engine_->logGrew(); });
    server::RpcOptions options;
    options.listen = *server::parseAddress("127.0.0.1:0");
    auto rpc = server::RpcServer::start(options, *log_, *publisher_, *engine_, *commands_, clock);
    if (!rpc) throw std::runtime_error(rpc.error());
    rpc_ = std::move(*rpc);
  }
  ~Server() {
    rpc_->stopAccepting();
    commands_->stop();
    engine_->stop();
    rpc_->stop();
  }

  std::string address() const { return rpc_->address().text(); }
  std::int64_t tick() { return now_ += 1'000'000; }
  void at(std::int64_t instant) {
    if (instant < now_) throw std::invalid_argument("time never goes back");
    now_ = instant;
  }

 private:
  server::TemporaryDirectory directory_;
  std::atomic<std::int64_t> now_;
  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<eventstore::CheckpointPublisher> publisher_;
  std::unique_ptr<projections::Engine> engine_;
  std::unique_ptr<server::CommandPath> commands_;
  std::unique_ptr<server::RpcServer> rpc_;
};

// --- People
// ----------------------------------------------------------------------------------------

Person::Person(Day& day, std::string name) : day_(day), name_(std::move(name)) {}

Answer Person::ticket(const Fill& fill) {
  day_.tick();
  const auto connection = logIn(day_.address(), name_);
  auto request = connection->desk().executeRequest();
  writeHeader(request.getCommand().initHeader());
  fill(request.getCommand());
  const auto answer = orThrow(connection->call([&] { return request.send(); }));
  return answerOf(answer.getOutcome());
}

Answer Person::board(const FillBoard& fill) {
  day_.tick();
  const auto connection = logIn(day_.address(), name_);
  auto request = connection->boards().executeRequest();
  writeHeader(request.getCommand().initHeader());
  fill(request.getCommand());
  const auto answer = orThrow(connection->call([&] { return request.send(); }));
  return answerOf(answer.getOutcome());
}

Answer Person::define(const FillDesk& fill) {
  day_.tick();
  const auto connection = logIn(day_.address(), name_);
  auto request = connection->boards().defineRequest();
  writeHeader(request.getCommand().initHeader());
  fill(request.getCommand());
  const auto answer = orThrow(connection->call([&] { return request.send(); }));
  return answerOf(answer.getOutcome());
}

Answer Person::open(const std::string& board, const std::string& type, const std::string& title,
                    const std::string& requester, const std::string& serviceClass,
                    const std::string& due) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto open = command.initOpen();
    open.setBoard(board);
    open.setType(type);
    open.setClass(serviceClass);
    open.setTitle(title);
    open.setRequester(requester);
    if (!due.empty()) open.initDue().setAt(microseconds(due));
  });
}

Answer Person::move(const std::string& id, const std::string& column, const std::string& board,
                    const std::string& overrideReason) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto move = command.initMove();
    move.setTicket(id);
    move.setColumn(column);
    move.setBoard(board);
    move.setOverrideReason(overrideReason);
  });
}

Answer Person::pull(const std::string& board) {
  return ticket([&](api::TicketCommand::Builder command) { command.initPull().setBoard(board); });
}

Answer Person::assign(const std::string& id, const std::string& assignee) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto assign = command.initAssign();
    assign.setTicket(id);
    assign.setAssignee(assignee);
  });
}

Answer Person::comment(const std::string& id, const std::string& text) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto comment = command.initComment();
    comment.setTicket(id);
    comment.setText(text);
    comment.setPublic(true);
  });
}

Answer Person::contact(const std::string& id, const std::string& direction) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto contact = command.initContact();
    contact.setTicket(id);
    contact.setChannel("phone");
    contact.setDirection(direction);
    contact.setSummary("Spoke about it.");
  });
}

Answer Person::block(const std::string& id, const std::string& kind) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto block = command.initBlock();
    block.setTicket(id);
    block.setKind(kind);
    block.setReason("It does not go on.");
  });
}

Answer Person::unblock(const std::string& id) {
  return ticket([&](api::TicketCommand::Builder command) { command.initUnblock().setTicket(id); });
}

Answer Person::resolve(const std::string& id, const std::string& kind) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto resolve = command.initResolve();
    resolve.setTicket(id);
    resolve.setResolution("It works again.");
    resolve.setKind(kind);
  });
}

Answer Person::close(const std::string& id) {
  return ticket([&](api::TicketCommand::Builder command) { command.initClose().setTicket(id); });
}

Answer Person::link(const std::string& id, const std::string& kind, const std::string& other) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto link = command.initLink();
    link.setTicket(id);
    link.setKind(kind);
    link.setOther(other);
  });
}

Answer Person::offer(const std::string& id, const std::string& board) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto offer = command.initOfferHandOver();
    offer.setTicket(id);
    offer.setTo(board);
    offer.setReason("It needs a change of the program.");
  });
}

Answer Person::accept(const std::string& id, const std::string& board) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto accept = command.initAcceptHandOver();
    accept.setTicket(id);
    accept.setBy(board);
  });
}

Answer Person::giveBack(const std::string& id, const std::string& board) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto back = command.initReturnHandOver();
    back.setTicket(id);
    back.setBy(board);
    back.setReason("It lacks the steps that lead to it.");
  });
}

Answer Person::requestApproval(const std::string& id, const std::vector<std::string>& approvers) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto ask = command.initRequestApproval();
    ask.setTicket(id);
    ask.setQuestion("May we?");
    auto list = ask.initApprovers(static_cast<unsigned>(approvers.size()));
    for (unsigned i = 0; i < list.size(); ++i) list.set(i, approvers[i].c_str());
  });
}

Answer Person::decide(const std::string& id, unsigned approval, const std::string& verdict) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto decide = command.initDecideApproval();
    decide.setTicket(id);
    decide.setNumber(approval);
    decide.setVerdict(verdict);
    decide.setNote("Thought about it.");
  });
}

Answer Person::completeCheck(const std::string& id, unsigned check) {
  return ticket([&](api::TicketCommand::Builder command) {
    auto complete = command.initCompleteCheck();
    complete.setTicket(id);
    complete.setNumber(check);
  });
}

// --- The day
// ---------------------------------------------------------------------------------------

Day::Day() : server_(std::make_unique<Server>()) {
  Person& boss = person("boss");
  const std::pair<const char*, const char*> boards[] = {{"OPS", "it-support"},
                                                        {"DEV", "development"}};
  for (const auto& [key, made] : boards) {
    const Answer created =
        boss.board([&, key = key, made = made](api::BoardCommand::Builder command) {
          auto create = command.initCreate();
          create.setKey(key);
          create.setTemplate(made);
        });
    if (!created.done()) throw std::runtime_error("no board: " + created.refusals.front());
  }
  const Answer hours = boss.define(
      [](api::DeskCommand::Builder command) { fillOfficeHours(command.initSetCalendar()); });
  if (!hours.done()) throw std::runtime_error("no calendar: " + hours.refusals.front());
}

Day::~Day() {
  people_.clear();
}

Person& Day::person(const std::string& name) {
  return people_.try_emplace(name, *this, name).first->second;
}

void Day::at(const std::string& instant) {
  server_->at(microseconds(instant));
}
std::string Day::address() const {
  return server_->address();
}
std::int64_t Day::tick() {
  return server_->tick();
}

namespace {

PromiseFacts promiseOf(api::Clock::Reader clock) {
  PromiseFacts facts;
  facts.elapsed = secondsOf(clock.getElapsed());
  if (clock.getDeadline().isAt()) facts.deadline = instantOf(clock.getDeadline().getAt());
  facts.missed = clock.getMissedAt().isAt();
  facts.met = clock.getMetAt().isAt();
  for (const auto paused : clock.getPaused()) {
    facts.paused.emplace(paused.getBy().cStr(), secondsOf(paused.getTime()));
  }
  return facts;
}

TicketFacts factsOf(api::Ticket::Reader ticket) {
  const auto card = ticket.getCard();
  TicketFacts facts;
  facts.column = card.getColumn().cStr();
  facts.category = card.getCategory().cStr();
  facts.assignee = card.getAssignee().cStr();
  facts.team = ticket.getTeam().cStr();
  facts.tier = card.getTier();
  facts.reopenings = ticket.getReopenCount();
  for (const auto guest : ticket.getGuests()) {
    facts.guests.emplace(guest.getBoard().cStr(), guest.getColumn().cStr());
  }
  for (const auto offer : ticket.getOffers()) facts.offers.emplace_back(offer.getTo().cStr());
  for (const auto clock : ticket.getClocks()) {
    facts.promises.emplace(clock.getKind().cStr(), promiseOf(clock));
  }
  for (const auto link : ticket.getLinks()) {
    const std::string kind = link.getKind().cStr();
    const std::string other = link.getOther().cStr();
    facts.links.push_back(link.getOutgoing() ? kind + " " + other : other + " " + kind);
  }
  for (const auto check : ticket.getChecks()) {
    if (!check.getDone()) facts.openChecks.emplace_back(check.getText().cStr());
  }
  return facts;
}

void require(api::Refusal::Reader refusal) {
  if (refusal.getViolations().size() == 0) return;
  throw std::runtime_error(refusal.getViolations()[0].getMessage().cStr());
}

}  // namespace

TicketFacts Day::ticket(const std::string& id) {
  const auto connection = logIn(address(), "reader");
  auto request = connection->desk().ticketRequest();
  request.setId(id);
  const auto answer = orThrow(connection->call([&] { return request.send(); }));
  require(answer.getRefusal());
  return factsOf(answer.getTicket());
}

std::vector<HistoryLine> Day::history(const std::string& id) {
  const auto connection = logIn(address(), "reader");
  auto request = connection->desk().historyRequest();
  request.setId(id);
  const auto answer = orThrow(connection->call([&] { return request.send(); }));
  require(answer.getRefusal());
  std::vector<HistoryLine> lines;
  for (const auto entry : answer.getEntries()) {
    const auto facts = entry.getFacts();
    lines.push_back({facts.getType().cStr(), facts.getActor().cStr(), facts.getSummary().cStr()});
  }
  return lines;
}

std::vector<std::string> Day::story(const std::string& id) {
  std::vector<std::string> types;
  for (HistoryLine& line : history(id)) types.push_back(std::move(line.type));
  return types;
}

std::vector<std::string> Day::cardsIn(const std::string& board, const std::string& column) {
  const auto connection = logIn(address(), "reader");
  auto request = connection->desk().boardRequest();
  request.setKey(board);
  request.initFreshness().setHead();
  const auto answer = orThrow(connection->call([&] { return request.send(); }));
  require(answer.getRefusal());
  std::vector<std::string> ids;
  for (const auto one : answer.getBoard().getColumns()) {
    if (column != one.getColumn().getId().cStr()) continue;
    for (const auto card : one.getCards()) ids.emplace_back(card.getId().cStr());
  }
  return ids;
}

void Day::setLimit(const std::string& board, const std::string& column, int limit) {
  const Answer set = person("boss").board([&](api::BoardCommand::Builder command) {
    auto one = command.initSetLimit();
    one.setBoard(board);
    one.setColumn(column);
    one.setLimit(limit);
  });
  if (!set.done()) throw std::runtime_error("no limit: " + set.refusals.front());
}

void Day::promise(const std::map<std::string, int>& hours) {
  const Answer set = person("boss").define([&](api::DeskCommand::Builder command) {
    auto policy = command.initSetPromisePolicy();
    policy.setId("ops");
    policy.setName("Operations");
    policy.setBoard("OPS");
    policy.setCalendar("office");
    auto targets = policy.initTargets(static_cast<unsigned>(hours.size()));
    unsigned i = 0;
    for (const auto& [kind, count] : hours) {
      targets[i].setKind(kind);
      targets[i].setTarget(static_cast<std::uint64_t>(count) * 3600);
      ++i;
    }
  });
  if (!set.done()) throw std::runtime_error("no policy: " + set.refusals.front());
}

}  // namespace docket::scenarios
