// What can go wrong in the event store, as values.
#pragma once

#include <string>
#include <vector>

#include "eventstore/types.h"

namespace docket::eventstore {

enum class StoreErrorCode {
  notFound,      // no such directory, or it holds no log
  locked,        // another process has the log open
  readOnly,      // the place cannot be written (read-only disk, permissions)
  newerFormat,   // written by a newer version of Docket
  olderFormat,   // written by a version from before the first release
  corrupt,       // stored bytes are not what was written; `detail` names the first thing wrong
  behindAnchor,  // the log ends before a position that it had acknowledged
  noSpace,       // the disk with the backups is full
  io,            // the disk refused (full, failing)
  failed,        // an earlier sync failed: no more writes until the process restarts
  interrupted,   // the caller asked long work to stop
  invalid,       // the caller broke a stated limit
  keyMissing,    // no key for what was sealed, and nothing says that it was destroyed
  erased,        // the subject's key was destroyed, for good
};

// A message is one sentence for a person, with the path or position it is about.
struct StoreError {
  StoreErrorCode code;
  std::string message;
};

}  // namespace docket::eventstore
