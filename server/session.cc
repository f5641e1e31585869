#include "server/session.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/codec/codec.h"
#include "domain/subject.h"
#include "domain/text_rules.h"
#include "eventstore/publisher.h"
#include "projections/audit_view.h"
#include "server/world_replay.h"

namespace docket::server {
namespace {

// --- Commands -----------------------------------------------------------------------------------

// Hands requests to the command path. The promise lives on this thread; the committer only fulfils.
kj::Promise<std::vector<Outcome>> submit(CommandPath& commands,
                                         std::vector<CommandRequest> requests) {
  auto pair = kj::newPromiseAndCrossThreadFulfiller<std::vector<Outcome>>();
  // Shared, because the callback must be copyable.
  auto fulfiller = std::make_shared<kj::Own<kj::CrossThreadPromiseFulfiller<std::vector<Outcome>>>>(
      kj::mv(pair.fulfiller));
  commands.submit(std::move(requests), [fulfiller](std::vector<Outcome> outcomes) {
    (*fulfiller)->fulfill(kj::mv(outcomes));
  });
  return kj::mv(pair.promise);
}

template <class Context>
kj::Promise<void> executeOne(const RpcServices& services, const domain::SubjectId& actor,
                             Context context) {
  auto request = readCommand(context.getParams().getCommand(), actor);
  context.releaseParams();
  if (!request) {
    writeOutcome(Refused{std::move(request.error()), {}}, context.getResults().initOutcome());
    return kj::READY_NOW;
  }
  std::vector<CommandRequest> requests;
  requests.push_back(std::move(*request));
  return submit(services.commands, std::move(requests))
      .then([context](std::vector<Outcome> outcomes) mutable {
        writeOutcome(outcomes.at(0), context.getResults().initOutcome());
      });
}

class DeskServer final : public Guarded<api::Desk>, public ViewsServer {
 public:
  DeskServer(const RpcServices& services, domain::SubjectId actor)
      : ViewsServer(services), actor_(std::move(actor)) {}

 protected:
  kj::Promise<void> execute(ExecuteContext context) override {
    return executeOne(services_, actor_, context);
  }
  kj::Promise<void> executeMany(ExecuteManyContext context) override;

 private:
  const domain::SubjectId actor_;
};

// The answer to a batch over the limit: one outcome, whatever the number of commands.
void refuseBatch(std::size_t size, api::Outcome::Builder out) {
  writeQueryRefusal(
      {"batch-too-large",
       "a call may hold at most " + std::to_string(kMaxBatch) + " commands, this one held " +
           std::to_string(size) + "; none was carried out",
       "send the commands in several calls",
       {{"limit", std::to_string(kMaxBatch)}, {"commands", std::to_string(size)}}},
      out.initRefused());
}

void writeOutcomes(std::vector<Outcome>& outcomes, capnp::List<api::Outcome>::Builder list) {
  // What changed since is a courtesy; past this many a page would grow out of bounds.
  std::size_t changesLeft = 2000;
  for (unsigned i = 0; i < list.size(); ++i) {
    if (auto* refused = std::get_if<Refused>(&outcomes[i])) {
      if (refused->changes.size() > changesLeft) refused->changes.clear();
      changesLeft -= refused->changes.size();
    }
    writeOutcome(outcomes[i], list[i]);
  }
}

kj::Promise<void> DeskServer::executeMany(ExecuteManyContext context) {
  const auto commands = context.getParams().getCommands();
  const unsigned size = commands.size();
  if (size > kMaxBatch) {
    refuseBatch(size, context.getResults().initOutcomes(1)[0]);
    return kj::READY_NOW;
  }
  // Commands that cannot be read are answered here; the others keep their order.
  std::vector<Outcome> answers(size);
  std::vector<CommandRequest> requests;
  std::vector<unsigned> places;
  for (unsigned i = 0; i < size; ++i) {
    auto request = readCommand(commands[i], actor_);
    if (request) {
      requests.push_back(std::move(*request));
      places.push_back(i);
    } else {
      answers[i] = Refused{std::move(request.error()), {}};
    }
  }
  context.releaseParams();
  if (requests.empty()) {
    writeOutcomes(answers, context.getResults().initOutcomes(size));
    return kj::READY_NOW;
  }
  return submit(services_.commands, std::move(requests))
      .then([context, places = std::move(places),
             answers = std::move(answers)](std::vector<Outcome> outcomes) mutable {
        for (std::size_t i = 0; i < places.size(); ++i) {
          answers[places[i]] = std::move(outcomes.at(i));
        }
        writeOutcomes(answers,
                      context.getResults().initOutcomes(static_cast<unsigned>(answers.size())));
      });
}

class BoardManagerServer final : public Guarded<api::BoardManager>, public ViewsServer {
 public:
  BoardManagerServer(const RpcServices& services, domain::SubjectId actor)
      : ViewsServer(services), actor_(std::move(actor)) {}

 protected:
  kj::Promise<void> execute(ExecuteContext context) override {
    return executeOne(services_, actor_, context);
  }
  kj::Promise<void> define(DefineContext context) override {
    return executeOne(services_, actor_, context);
  }

 private:
  const domain::SubjectId actor_;
};

// --- Audit and administration -------------------------------------------------------------------

QueryRefusal tooManyQuestions() {
  return {"overloaded", "too many long questions are waiting", "ask again later", {}};
}

// What was asked about lies beyond the log, or the log cannot be read.
QueryRefusal proofRefusal(const eventstore::StoreError& error) {
  if (error.code != eventstore::StoreErrorCode::invalid) return storeRefusal(error);
  return {"beyond-the-log", error.message, "ask about what the log holds", {}};
}

class AuditorServer final : public Guarded<api::Auditor>, public ViewsServer {
 public:
  explicit AuditorServer(const RpcServices& services) : ViewsServer(services) {}

 protected:
  kj::Promise<void> log(LogContext context) override {
    auto filter = readAuditFilter(context.getParams().getFilter());
    if (!filter) {
      writeRejection(filter.error(), context.getResults().initRefusal());
      return kj::READY_NOW;
    }
    return whenFresh(services_, "audit", context.getParams().getFreshness())
        .then([this, context, filter = std::move(*filter)](FreshView fresh) mutable {
          answer(context.getResults(), fresh, filter);
        });
  }

  kj::Promise<void> checkpoint(CheckpointContext context) override {
    return onWorker(
        context, [](auto& publisher) { return publisher.publish(); },
        [&key = services_.publisher.verifier()](const auto& published, auto results) {
          auto out = results.initCheckpoint();
          out.setNote(published.note);
          out.setOrigin(published.checkpoint.origin);
          out.setSize(published.checkpoint.size);
          out.setRoot(eventstore::toHex(published.checkpoint.root.bytes));
          out.setVerifierKey(eventstore::toText(key));
        });
  }

  kj::Promise<void> prove(ProveContext context) override {
    const eventstore::Position position{context.getParams().getPosition()};
    return onWorker(
        context, [position](auto& publisher) { return publisher.proveInclusion(position); },
        &writeProof<ProveResults::Builder>);
  }

  kj::Promise<void> consistency(ConsistencyContext context) override {
    const eventstore::Position oldSize{context.getParams().getOldSize()};
    return onWorker(
        context, [oldSize](auto& publisher) { return publisher.proveConsistency(oldSize); },
        &writeProof<ConsistencyResults::Builder>);
  }

 private:
  template <class Results>
  static void writeProof(const eventstore::PublishedProof& proof, Results results) {
    results.setProof(proof.text);
    results.setSize(proof.size);
  }

  // A checkpoint is synced, and a proof reads blocks of events: not on this thread.
  template <class Context, class Ask, class Write>
  kj::Promise<void> onWorker(Context context, Ask ask, Write write) {
    using Answer = decltype(ask(services_.publisher));
    // Behind a pointer, because it passes between threads and through promises.
    auto pair = kj::newPromiseAndCrossThreadFulfiller<std::unique_ptr<Answer>>();
    auto fulfiller =
        std::make_shared<kj::Own<kj::CrossThreadPromiseFulfiller<std::unique_ptr<Answer>>>>(
            kj::mv(pair.fulfiller));
    const bool posted = services_.worker.post([&publisher = services_.publisher, ask, fulfiller] {
      (*fulfiller)->fulfill(std::make_unique<Answer>(ask(publisher)));
    });
    if (!posted) {
      writeQueryRefusal(tooManyQuestions(), context.getResults().initRefusal());
      return kj::READY_NOW;
    }
    return pair.promise.then([context, write](std::unique_ptr<Answer> answer) mutable {
      auto results = context.getResults();
      if (*answer) return write(**answer, results);
      writeQueryRefusal(proofRefusal(answer->error()), results.initRefusal());
    });
  }

  void answer(LogResults::Builder results, const FreshView& fresh,
              const projections::AuditFilter& filter) {
    if (!fresh) return writeQueryRefusal(fresh.error(), results.initRefusal());
    try {
      if (auto unknown = whatIsNotThere(filter, *fresh->rows))
        return writeRejection({*unknown}, results.initRefusal());
      const auto entries = projections::AuditView::find(*fresh->rows, services_.log, filter);
      if (!entries) return writeQueryRefusal(storeRefusal(entries.error()), results.initRefusal());
      auto list = results.initEntries(static_cast<unsigned>(entries->size()));
      for (unsigned i = 0; i < list.size(); ++i) writeFacts((*entries)[i], list[i]);
      results.setNext(fresh->next.value);
    } catch (const std::exception& fault) {
      writeQueryRefusal(viewRefusal("audit", fault), results.initRefusal());
    }
  }

  // A slip in a filter must not read as "it never happened". A type that only a newer program knows
  // may be asked for where the log has it.
  std::optional<domain::Refusal> whatIsNotThere(const projections::AuditFilter& filter,
                                                const projections::RowReader& rows) const {
    namespace codec = domain::codec;
    const auto types = codec::knownTypes();
    const bool isKnown = std::any_of(types.begin(), types.end(), [&](const codec::KnownType& one) {
      return one.type == filter.type;
    });
    if (!filter.type.empty() && !isKnown && !projections::AuditView::hasType(rows, filter.type)) {
      return domain::FieldInvalid{"type", "must be an event type, such as TicketMoved",
                                  shortForm(filter.type)};
    }
    const auto isThere = [this](std::string_view kind, std::string id) {
      const auto version = services_.log.lastVersion({std::string(kind), std::move(id)});
      return !version || version->has_value();  // what cannot be read is told by the search itself
    };
    if (filter.ticket && !isThere(codec::kTicketStream, filter.ticket->text())) {
      return domain::UnknownTicket{*filter.ticket};
    }
    if (filter.board && !isThere(codec::kBoardStream, filter.board->value)) {
      return domain::UnknownBoard{*filter.board};
    }
    return std::nullopt;
  }
};

class AdministratorServer final : public Guarded<api::Administrator> {
 public:
  AdministratorServer(const RpcServices& services, domain::SubjectId actor)
      : services_(services), actor_(std::move(actor)) {}

 protected:
  kj::Promise<void> execute(ExecuteContext context) override {
    return executeOne(services_, actor_, context);
  }

  // A subject's stream is short, so it is folded here.
  kj::Promise<void> subject(SubjectContext context) override {
    auto results = context.getResults();
    const capnp::Text::Reader text = context.getParams().getId();
    const domain::SubjectId id{{text.cStr(), text.size()}};
    if (auto invalid = domain::checkSubject("id", id)) {
      writeRejection({*invalid}, results.initRefusal());
      return kj::READY_NOW;
    }
    const eventstore::Position next = services_.log.head();
    domain::Subject subject;
    std::vector<projections::AuditEntry> facts;
    std::vector<domain::codec::Event> events;  // one for each of `facts`
    auto reader = services_.log.readStream({std::string(domain::codec::kSubjectStream), id.value});
    for (;;) {
      const auto read = reader.next();
      if (!read) {
        writeQueryRefusal(storeRefusal(read.error()), results.initRefusal());
        return kj::READY_NOW;
      }
      if (*read == nullptr) break;
      const eventstore::Envelope& envelope = (*read)->envelope;
      auto event = domain::codec::decode(envelope.type, envelope.schemaVersion, (*read)->payload);
      if (!event) {
        if (event.error().isDamage()) {
          spdlog::critical("the log's event at position {} cannot be read: {}",
                           envelope.position.value, event.error().message);
          writeRejection({domain::LogDamaged{}}, results.initRefusal());
        } else {
          writeRejection({domain::EventNotUnderstood{id.value, unreadEvent(envelope)}},
                         results.initRefusal());
        }
        return kj::READY_NOW;
      }
      if (const auto* happened = std::get_if<domain::SubjectEvent>(&*event)) {
        domain::evolve(subject, *happened);
      }
      if (facts.size() == kSubjectHistoryMax) {
        facts.erase(facts.begin());
        events.erase(events.begin());
      }
      facts.push_back(projections::auditEntry(envelope, *event));
      events.push_back(std::move(*event));
    }
    writeSubject(id, subject, facts, events, results.initSubject());
    results.setNext(next.value);
    return kj::READY_NOW;
  }

  kj::Promise<void> projections(ProjectionsContext context) override {
    const auto status = services_.engine.status();
    auto list = context.getResults().initProjections(static_cast<unsigned>(status.size()));
    for (unsigned i = 0; i < list.size(); ++i) writeStatus(status[i], list[i]);
    return kj::READY_NOW;
  }

  kj::Promise<void> rebuild(RebuildContext context) override {
    auto results = context.getResults();
    const auto name = knownView(context.getParams().getName());
    if (!name) {
      writeQueryRefusal(name.error(), results.initRefusal());
      return kj::READY_NOW;
    }
    if (auto started = services_.engine.rebuild(*name); !started) {
      spdlog::warn("rebuilding the view {} was refused: {}", *name, started.error().message);
      writeQueryRefusal({"rebuild-refused",
                         "the view " + *name + " cannot be rebuilt now",
                         "wait until a rebuild that is running has ended, then try again",
                         {}},
                        results.initRefusal());
    }
    return kj::READY_NOW;
  }

  kj::Promise<void> digest(DigestContext context) override {
    const auto name = knownView(context.getParams().getName());
    if (!name) {
      writeQueryRefusal(name.error(), context.getResults().initRefusal());
      return kj::READY_NOW;
    }
    return whenFresh(services_, *name, context.getParams().getFreshness())
        .then([this, context, name = *name](FreshView fresh) mutable -> kj::Promise<void> {
          if (fresh) return hash(context, name);
          writeQueryRefusal(fresh.error(), context.getResults().initRefusal());
          return kj::READY_NOW;
        });
  }

  kj::Promise<void> backup(BackupContext context) override {
    const capnp::Text::Reader text = context.getParams().getDirectory();
    const std::filesystem::path directory(std::string(text.cStr(), text.size()));
    auto results = context.getResults();
    if (!directory.is_absolute() || text.size() != std::strlen(text.cStr())) {
      writeQueryRefusal({"path-not-absolute",
                         "the backup directory must be an absolute path on the server's machine",
                         "give the whole path, from the root on",
                         {}},
                        results.initRefusal());
    } else if (const auto number = services_.backups.start(directory)) {
      results.setNumber(*number);
    } else {
      writeQueryRefusal({"backup-running",
                         "a backup is being made already",
                         "wait until it has ended, then try again",
                         {}},
                        results.initRefusal());
    }
    return kj::READY_NOW;
  }

  kj::Promise<void> backupStatus(BackupStatusContext context) override {
    writeBackupStatus(services_.backups.status(), context.getResults().initStatus());
    return kj::READY_NOW;
  }

 private:
  // Behind a pointer, because it passes between threads and through promises.
  using Digested =
      std::unique_ptr<tl::expected<projections::Engine::DigestResult, projections::EngineError>>;

  tl::expected<std::string, QueryRefusal> knownView(capnp::Text::Reader text) const {
    std::string known;
    for (const auto& status : services_.engine.status()) {
      if (status.name == text.cStr()) return status.name;
      known += (known.empty() ? "" : ", ") + status.name;
    }
    return tl::make_unexpected(
        QueryRefusal{"unknown-projection",
                     "there is no view named " + shortForm({text.cStr(), text.size()}),
                     "use one of " + known,
                     {}});
  }

  // Hashing all rows takes as long as there are rows: not on this thread.
  kj::Promise<void> hash(DigestContext context, const std::string& name) {
    auto pair = kj::newPromiseAndCrossThreadFulfiller<Digested>();
    auto fulfiller = std::make_shared<kj::Own<kj::CrossThreadPromiseFulfiller<Digested>>>(
        kj::mv(pair.fulfiller));
    const bool posted = services_.worker.post([&engine = services_.engine, name, fulfiller] {
      (*fulfiller)->fulfill(std::make_unique<Digested::element_type>(engine.digest(name)));
    });
    if (!posted) {
      writeQueryRefusal(tooManyQuestions(), context.getResults().initRefusal());
      return kj::READY_NOW;
    }
    return pair.promise.then([context, name](Digested digested) mutable {
      auto results = context.getResults();
      if (!*digested) {
        const std::runtime_error fault(digested->error().message);
        return writeQueryRefusal(viewRefusal(name, fault), results.initRefusal());
      }
      results.setSha256((*digested)->sha256);
      results.setRows((*digested)->rows);
      results.setNext((*digested)->next.value);
    });
  }

  static constexpr std::size_t kSubjectHistoryMax = 100;
  const RpcServices& services_;
  const domain::SubjectId actor_;
};

// --- The way in ---------------------------------------------------------------------------------

class SessionServer final : public Guarded<api::Session> {
 public:
  SessionServer(const RpcServices& services, domain::SubjectId subject)
      : services_(services), subject_(std::move(subject)) {}

 protected:
  kj::Promise<void> desk(DeskContext context) override {
    context.getResults().setDesk(kj::heap<DeskServer>(services_, subject_));
    return kj::READY_NOW;
  }
  kj::Promise<void> boards(BoardsContext context) override {
    context.getResults().setBoards(kj::heap<BoardManagerServer>(services_, subject_));
    return kj::READY_NOW;
  }
  kj::Promise<void> auditor(AuditorContext context) override {
    context.getResults().setAuditor(kj::heap<AuditorServer>(services_));
    return kj::READY_NOW;
  }
  kj::Promise<void> administrator(AdministratorContext context) override {
    context.getResults().setAdministrator(kj::heap<AdministratorServer>(services_, subject_));
    return kj::READY_NOW;
  }

 private:
  const RpcServices& services_;
  const domain::SubjectId subject_;
};

class DocketServer final : public Guarded<api::Docket> {
 public:
  explicit DocketServer(const RpcServices& services) : services_(services) {}

 protected:
  kj::Promise<void> info(InfoContext context) override {
    auto info = context.getResults().initInfo();
    info.setVersion(DOCKET_VERSION);
    info.setProtocolVersion(api::PROTOCOL_VERSION);
    info.setStoreId(services_.log.storeId());
    info.setHead(services_.log.head().value);
    info.setMaxCommandBytes(static_cast<std::uint32_t>(kMaxCommandBytes));
    info.setMaxBatch(static_cast<std::uint32_t>(kMaxBatch));
    return kj::READY_NOW;
  }

  kj::Promise<void> login(LoginContext context) override {
    const capnp::Text::Reader name = context.getParams().getCredential().getName();
    domain::SubjectId subject{{name.cStr(), name.size()}};
    auto results = context.getResults();
    if (auto invalid = domain::checkSubject("credential.name", subject)) {
      writeRejection({*invalid}, results.initRefusal());
    } else {
      results.setSession(kj::heap<SessionServer>(services_, std::move(subject)));
    }
    return kj::READY_NOW;
  }

 private:
  const RpcServices& services_;
};

}  // namespace

api::Docket::Client makeBootstrap(const RpcServices& services) {
  return kj::heap<DocketServer>(services);
}

}  // namespace docket::server
