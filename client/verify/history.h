// What must hold from one envelope to the next in any Docket history, wherever it is read from:
// positions and versions without a gap, recorded times that never go back, the events of a command
// one behind the other, and the roots that are known.
//
// Memory: an entry for each stream (its next version) and the command ids (CommandIds); nothing
// else grows with the history. Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "client/verify/checkpoint.h"
#include "client/verify/command_ids.h"
#include "client/verify/envelope.h"
#include "client/verify/merkle.h"
#include "client/verify/problem.h"

namespace docket::client::verify {

class History {
 public:
  explicit History(KnownRoots roots) : roots_(std::move(roots)) {}

  // The next envelope, and its bytes. `source` names it.
  Result<void> add(const Envelope& envelope, Bytes bytes, const Source& source);
  // Compares the tree with the roots that are known; to be called after every event, and once
  // before the first.
  Result<void> checkRoots() { return roots_.check(tree_); }
  // After the last one.
  Result<void> finish();

  // The tree over the envelopes so far.
  const Frontier& tree() const { return tree_; }
  const KnownRoots& roots() const { return roots_; }
  std::uint64_t streams() const { return nextVersion_.size(); }
  std::uint64_t commands() const { return commands_.count(); }

 private:
  Result<void> checkVersion(const Envelope& envelope, const Source& source);
  Result<void> checkTime(const Envelope& envelope, const Source& source);
  Result<void> checkCommand(const Envelope& envelope);

  KnownRoots roots_;
  Frontier tree_;
  std::unordered_map<std::string, std::uint64_t> nextVersion_;  // by kind, slash, id
  CommandIds commands_;
  std::string lastCommand_;
  std::int64_t lastRecorded_ = 0;
};

}  // namespace docket::client::verify
