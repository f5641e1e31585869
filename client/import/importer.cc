#include "client/import/importer.h"

#include <algorithm>
#include <utility>

#include "client/command_stream.h"
#include "client/import/command_id.h"
#include "client/import/source_reader.h"

namespace docket::client::imports {
namespace {

// Deeper than any server takes, and less than a message can carry.
constexpr std::size_t kMaxNesting = 10;

ImportError fromClient(const ClientError& error) {
  switch (error.code) {
    case ClientError::Code::disconnected:
      return {ImportError::Code::unreachable, "The connection to the server was lost"};
    case ClientError::Code::unreachable:
      return {ImportError::Code::unreachable, error.message};
    case ClientError::Code::tooLarge:
    case ClientError::Code::refused:
    case ClientError::Code::protocol:
      break;
  }
  return {ImportError::Code::server, error.message};
}

// Set when the refusal is not about the event: the server takes no commands at all.
std::optional<ImportError> asEnd(api::Refusal::Reader refusal) {
  for (const auto violation : refusal.getViolations()) {
    if (violation.getCode() == "log-unavailable") {
      return ImportError{ImportError::Code::server, violation.getMessage().cStr()};
    }
    if (violation.getCode() == "corrupt") {
      return ImportError{ImportError::Code::integrity, violation.getMessage().cStr()};
    }
  }
  return std::nullopt;
}

bool hasReusedId(api::Refusal::Reader refusal) {
  for (const auto violation : refusal.getViolations()) {
    if (violation.getCode() == "command-id-reused") return true;
  }
  return false;
}

std::string reasonOf(api::Refusal::Reader refusal) {
  std::string reason;
  for (const auto violation : refusal.getViolations()) {
    if (!reason.empty()) reason += "; ";
    if (violation.getCode() == "command-id-reused") {
      reason += "this event was recorded before with other content, by another map, person or file";
    } else {
      reason += violation.getMessage().cStr();
    }
    reason += std::string(" [") + violation.getCode().cStr() + "]";
  }
  return reason.empty() ? "the server gave no reason" : reason;
}

void fillAttributes(capnp::List<api::Attribute>::Builder into,
                    const std::vector<SourceAttribute>& attributes) {
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    auto attribute = into[static_cast<capnp::uint>(i)];
    attribute.setKey(attributes[i].key);
    attribute.setType(attributes[i].type);
    attribute.setValue(attributes[i].value);
    if (attributes[i].children.empty()) continue;
    fillAttributes(attribute.initChildren(static_cast<capnp::uint>(attributes[i].children.size())),
                   attributes[i].children);
  }
}

class Run {
 public:
  Run(const ImportMap& map, const BoardColumns& board, const StateColumns& states,
      Connection* connection, const ImportOptions& options)
      : map_(map), board_(board), states_(states), options_(options) {
    // One call under way: history is recorded strictly in the order of the file, so that an import
    // that was stopped and repeated makes the same log as one that was not.
    if (connection != nullptr) stream_.emplace(*connection, CommandStreamOptions{200, 1});
  }

  ImportReport run(ByteSource& source) {
    const CaseSink sink{[&](const SourceCase& one) { return sendCase(one); },
                        [&](RefusedRow row) { refuse(std::move(row)); },
                        [&] { return keepGoing(); }, [&] { ++report_.notKept; }};
    auto read = readCases(source, map_, sink, report_.times);
    if (!read) report_.error = read.error();
    if (stream_ && !lost_) {
      if (auto finished = stream_->finish(); !finished) lost_ = fromClient(finished.error());
    }
    // What was queued and never answered, when the server went away or takes nothing any more.
    report_.outcomeUnknown += underWay_;
    if (lost_) report_.error = lost_;
    return report_;
  }

 private:
  bool keepGoing() {
    if (options_.onProgress) options_.onProgress(report_);
    if (options_.shouldStop && options_.shouldStop()) report_.stopped = true;
    return !report_.stopped && !lost_;
  }

  void refuse(RefusedRow row) {
    ++report_.refused;
    if (options_.onRefused) options_.onRefused(row);
  }

  bool sendCase(const SourceCase& one) {
    bool sent = false;
    for (const SourceEvent& event : one.events) {
      ++report_.events;
      if (!keepGoing()) {
        ++report_.skipped;
        continue;  // the rest of the case is counted, not sent
      }
      const auto column = states_.columnOf(event.state);
      if (!column) {
        refuse({event.line, one.externalKey,
                "the map has no column for the state '" + event.state + "'"});
        continue;
      }
      if (nesting(event.attributes) > kMaxNesting || nesting(one.attributes) > kMaxNesting) {
        refuse({event.line, one.externalKey, "its attributes are nested too deep"});
        continue;
      }
      sent = sendEvent(one, event, *column) || sent;
    }
    if (sent) ++report_.cases;
    return !report_.stopped && !lost_;
  }

  // True unless the event could not be sent.
  bool sendEvent(const SourceCase& one, const SourceEvent& event, std::string_view column) {
    if (!stream_ || options_.dryRun) {
      ++report_.skipped;
      return true;
    }
    ++underWay_;
    auto queued = stream_->send(
        [&](api::TicketCommand::Builder command) {
          fillRecordHistory(command, board_.board, map_, one, event, column);
        },
        [this, line = event.line, key = one.externalKey](api::Outcome::Reader outcome) {
          settle(outcome, line, key);
        });
    if (queued) return true;
    if (queued.error().code == ClientError::Code::tooLarge) {
      --underWay_;
      refuse({event.line, one.externalKey, queued.error().message});
    } else {
      lost_ = fromClient(queued.error());
    }
    return false;
  }

  void settle(api::Outcome::Reader outcome, std::uint64_t line, const std::string& key) {
    --underWay_;
    if (outcome.isDone()) {
      ++(outcome.getDone().getRepeated() ? report_.alreadyThere : report_.recorded);
      return;
    }
    const auto refusal = outcome.getRefused();
    if (auto end = asEnd(refusal)) {
      // A write that failed may yet be found in the log after a restart.
      ++report_.outcomeUnknown;
      if (!lost_) lost_ = std::move(end);
      return;
    }
    std::string reason = reasonOf(refusal);
    if (hasReusedId(refusal) && !std::exchange(explainedReuse_, true)) {
      reason += "; an import is continued by the person who began it (--as NAME)";
    }
    refuse({line, key, std::move(reason)});
  }

  const ImportMap& map_;
  const BoardColumns& board_;
  const StateColumns& states_;
  const ImportOptions& options_;
  std::optional<CommandStream> stream_;
  ImportReport report_;
  std::optional<ImportError> lost_;  // nothing is sent after it
  std::uint64_t underWay_ = 0;       // queued, not yet answered
  bool explainedReuse_ = false;
};

}  // namespace

void fillRecordHistory(api::TicketCommand::Builder command, const std::string& board,
                       const ImportMap& map, const SourceCase& sourceCase, const SourceEvent& event,
                       std::string_view column) {
  auto header = command.initHeader();
  const auto id = importCommandId(board, sourceCase.externalKey, event.sequence);
  header.setId(kj::arrayPtr(id.data(), id.size()));
  header.getExpected().setAny();
  header.initOccurredAt().setAt(event.occurredAt.time_since_epoch().count());
  auto record = command.initRecordHistory();
  record.setBoard(board);
  record.setExternalKey(sourceCase.externalKey);
  record.setType(map.type);
  record.setTitle(sourceCase.title);
  fillAttributes(record.initTicketForeign(static_cast<capnp::uint>(sourceCase.attributes.size())),
                 sourceCase.attributes);
  record.setSequence(event.sequence);
  record.setActivity(event.activity);
  record.setActor(event.actor);
  record.setColumn(capnp::Text::Reader(std::string(column)));
  fillAttributes(record.initForeign(static_cast<capnp::uint>(event.attributes.size())),
                 event.attributes);
}

ImportReport runImport(ByteSource& source, const ImportMap& map, const BoardColumns& board,
                       const StateColumns& states, Connection* connection,
                       const ImportOptions& options) {
  return Run(map, board, states, connection, options).run(source);
}

BoardColumns columnsOf(const std::string& key, api::Board::Reader board) {
  BoardColumns columns{key, {}};
  for (const auto one : board.getColumns()) {
    const auto column = one.getColumn();
    columns.columns.push_back(
        {column.getId().cStr(), column.getName().cStr(), column.getCategory().cStr()});
  }
  return columns;
}

}  // namespace docket::client::imports
