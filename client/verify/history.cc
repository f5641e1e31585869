#include "client/verify/history.h"

#include "client/verify/text.h"

namespace docket::client::verify {

Result<void> History::add(const Envelope& envelope, Bytes bytes, const Source& source) {
  if (envelope.position != tree_.size()) {
    return broken(source.text() + " is the event of position " + std::to_string(envelope.position) +
                  ", but it stands at " + std::to_string(tree_.size()));
  }
  if (auto version = checkVersion(envelope, source); !version) return version;
  if (auto time = checkTime(envelope, source); !time) return time;
  if (auto command = checkCommand(envelope); !command) return command;
  tree_.add(leafHash(bytes));
  return {};
}

Result<void> History::checkVersion(const Envelope& envelope, const Source& source) {
  std::string stream(envelope.streamKind);
  stream += '/';
  stream += envelope.streamId;
  std::uint64_t& next = nextVersion_[std::move(stream)];
  if (envelope.version != next) {
    return broken(source.text() + " is version " + std::to_string(envelope.version) +
                  " of the stream " + envelope.stream() + ", which has to go on with version " +
                  std::to_string(next));
  }
  ++next;
  return {};
}

Result<void> History::checkTime(const Envelope& envelope, const Source& source) {
  if (tree_.size() > 0 && envelope.recordedMicros < lastRecorded_) {
    return broken(source.text() + " was recorded at " + utcTime(envelope.recordedMicros) +
                  ", before the event in front of it, which was at " + utcTime(lastRecorded_));
  }
  lastRecorded_ = envelope.recordedMicros;
  return {};
}

Result<void> History::checkCommand(const Envelope& envelope) {
  if (envelope.commandId == lastCommand_) return {};
  lastCommand_ = envelope.commandId;
  return commands_.add(envelope.commandId, envelope.position);
}

Result<void> History::finish() {
  const auto twice = commands_.findTwice();
  if (!twice) return tl::make_unexpected(twice.error());
  if (*twice) {
    return broken("the events of the command " + toHex({(*twice)->id.data(), (*twice)->id.size()}) +
                  " do not stand together: they begin at position " +
                  std::to_string((*twice)->first) + " and again at " +
                  std::to_string((*twice)->again));
  }
  return {};
}

}  // namespace docket::client::verify
