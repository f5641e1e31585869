// What docketd's exit codes say (docs/CLI.md has the same for `docket`).
#pragma once

#include "eventstore/error.h"

namespace docket::server {

inline constexpr int kExitDone = 0;
inline constexpr int kExitRefused = 1;    // it cannot start, or cannot do what it was told
inline constexpr int kExitUsage = 2;      // it was told wrongly
inline constexpr int kExitIntegrity = 4;  // the stored data are not what was written

inline int exitCodeOf(const eventstore::StoreError& error) {
  using Code = eventstore::StoreErrorCode;
  const bool isIntegrity = error.code == Code::corrupt || error.code == Code::behindAnchor ||
                           error.code == Code::keyMissing;
  return isIntegrity ? kExitIntegrity : kExitRefused;
}

}  // namespace docket::server
