#include "client/cli/stop_signal.h"

namespace docket::client::cli {
namespace {

constexpr int kSignalExitBase = 128;  // what a shell adds to the number of the signal

volatile std::sig_atomic_t signalSeen = 0;

}  // namespace

StopOnSignal::StopOnSignal() {
  signalSeen = 0;
  struct sigaction action {};
  action.sa_handler = [](int signal) { signalSeen = signal; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &interruptBefore_);
  sigaction(SIGTERM, &action, &terminateBefore_);
}

StopOnSignal::~StopOnSignal() {
  sigaction(SIGINT, &interruptBefore_, nullptr);
  sigaction(SIGTERM, &terminateBefore_, nullptr);
}

bool StopOnSignal::asked() {
  return signalSeen != 0;
}

ExitCode StopOnSignal::exitCode() {
  return static_cast<ExitCode>(kSignalExitBase + signalSeen);
}

}  // namespace docket::client::cli
