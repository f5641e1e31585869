// What every role may read: the Views interface of the wire.
//
// Threads: the RPC thread only, like everything that KJ calls.
#pragma once

#include <kj/async-io.h>
#include <kj/timer.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "eventstore/log.h"
#include "eventstore/publisher.h"
#include "projections/engine.h"
#include "server/api/docket.capnp.h"
#include "server/background_worker.h"
#include "server/backup_runner.h"
#include "server/command_path.h"
#include "server/desk_cache.h"
#include "server/mapping.h"

namespace docket::server {

// What the capabilities work with. Borrowed: all of it outlives the RPC thread's loop.
struct RpcServices {
  const eventstore::Log& log;
  eventstore::CheckpointPublisher& publisher;
  projections::Engine& engine;
  CommandPath& commands;
  std::function<eventstore::Timestamp()> clock;
  BackupRunner& backups;
  BackgroundWorker& worker;  // for what takes longer than a loop may stand still
  DeskCache& deskCache;
  kj::Timer& timer;
  kj::Duration freshnessDeadline;
};

// A view at the freshness asked for, or why not.
class FreshView {
 public:
  explicit FreshView(projections::ViewSnapshot view) : view_(std::move(view)) {}
  explicit FreshView(QueryRefusal refusal)
      : refusal_(std::make_unique<QueryRefusal>(std::move(refusal))) {}

  explicit operator bool() const { return refusal_ == nullptr; }
  const QueryRefusal& error() const { return *refusal_; }
  const projections::ViewSnapshot* operator->() const { return &view_; }

 private:
  projections::ViewSnapshot view_;
  std::unique_ptr<QueryRefusal> refusal_;
};
kj::Promise<FreshView> whenFresh(const RpcServices& services, std::string view,
                                 api::Freshness::Reader freshness);
// The view as of everything that was durable when the question arrived: of questions that do not
// say how fresh.
kj::Promise<FreshView> whenAtHead(const RpcServices& services, std::string view);

// A fault of the log as a refusal. Its own text goes to the server's log only: it may name paths.
QueryRefusal storeRefusal(const eventstore::StoreError& error);
// A fault in the rows of a view, the same way.
QueryRefusal viewRefusal(std::string_view view, const std::exception& fault);

// Turns what a call threw into an exception that tells the peer nothing of the server's insides.
kj::Exception withoutInsides(kj::Exception&& exception);

// A capability server whose exceptions carry no insides.
template <class Interface>
class Guarded : public Interface::Server {
 public:
  typename Interface::Server::DispatchCallResult dispatchCall(
      uint64_t interfaceId, uint16_t methodId,
      capnp::CallContext<capnp::AnyPointer, capnp::AnyPointer> context) override {
    typename Interface::Server::DispatchCallResult result{nullptr, false};
    auto fault = kj::runCatchingExceptions(
        [&] { result = Interface::Server::dispatchCall(interfaceId, methodId, context); });
    KJ_IF_MAYBE (exception, fault) {
      result.promise = withoutInsides(kj::mv(*exception));
    }
    result.promise = result.promise.catch_([](kj::Exception&& exception) -> kj::Promise<void> {
      return withoutInsides(kj::mv(exception));
    });
    return result;
  }
};

class ViewsServer : public virtual api::Views::Server {
 public:
  explicit ViewsServer(const RpcServices& services) : services_(services) {}

 protected:
  kj::Promise<void> boards(BoardsContext context) override;
  kj::Promise<void> board(BoardContext context) override;
  kj::Promise<void> queue(QueueContext context) override;
  kj::Promise<void> ticket(TicketContext context) override;
  kj::Promise<void> history(HistoryContext context) override;
  kj::Promise<void> boardRules(BoardRulesContext context) override;
  kj::Promise<void> desk(DeskContext context) override;
  kj::Promise<void> inbox(InboxContext context) override;

  const RpcServices& services_;

 private:
  const domain::DeskDefinitions& definitionsFor(const domain::Ticket& ticket) const;
};

}  // namespace docket::server
