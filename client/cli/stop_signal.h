// Lets a long command end by itself when it is asked to: the first SIGINT or SIGTERM is noted, a
// second one ends the program. Threads: one object at a time.
#pragma once

#include <csignal>

#include "client/cli/cli.h"

namespace docket::client::cli {

class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  static bool asked();
  // As of a program that the signal ended: 130 for SIGINT, 143 for SIGTERM.
  static ExitCode exitCode();

 private:
  struct sigaction interruptBefore_ {};
  struct sigaction terminateBefore_ {};
};

}  // namespace docket::client::cli
