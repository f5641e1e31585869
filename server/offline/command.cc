#include "server/offline/command.h"

#include <csignal>
#include <cstdio>

#include "server/printable.h"

namespace docket::server::offline {
namespace {

constexpr std::chrono::seconds kProgressPeriod{2};

volatile std::sig_atomic_t stopAsked = 0;

}  // namespace

int failed(std::string_view sentence) {
  std::fprintf(stderr, "docketd: %s\n", printable(sentence).c_str());
  return kExitRefused;
}

int failed(const eventstore::StoreError& error) {
  static_cast<void>(failed(error.message));
  return exitCodeOf(error);
}

void print(const Context& context, const Json& document, std::string_view text) {
  const std::string said = context.isJson
                               ? document.dump(2, ' ', false, Json::error_handler_t::replace)
                               : std::string(text);
  std::puts(said.c_str());
}

void noteStopSignals() {
  stopAsked = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { stopAsked = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Progress::operator()(std::uint64_t done, std::uint64_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (now - saidAt_ >= kProgressPeriod) {
    saidAt_ = now;
    const std::string of = all == 0 ? "" : " of " + std::to_string(all / scale_);
    std::fprintf(stderr, "docketd: %s %ju%s %s\n", done_,
                 static_cast<std::uintmax_t>(done / scale_), of.c_str(), unit_);
  }
  return stopAsked == 0;
}

}  // namespace docket::server::offline
