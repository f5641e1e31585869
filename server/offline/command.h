// What the commands on a stopped server have in common: what they are told, how they say how far
// they are, what they did and why they failed, and that Ctrl-C stops them in an orderly way.
//
// A command is a struct of its options and two functions beside it: `declare`, which adds the
// options to its words, and one with the command's name, which does it and answers the exit code
// (exit_code.h). commands.cc lists them all.
//
// Threads: one command a process, on the main thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "eventstore/error.h"
#include "server/config.h"
#include "server/exit_code.h"

namespace CLI {
class App;
}

namespace docket::server::offline {

using Json = nlohmann::ordered_json;

struct Context {
  Config config;  // data, origin, master key file
  bool isJson = false;
};

struct NoOptions {};
inline void declare(CLI::App&, NoOptions&) {}

// Says a sentence on standard error, in one line (printable.h). Both answer the exit code.
[[nodiscard]] int failed(std::string_view sentence);
[[nodiscard]] int failed(const eventstore::StoreError& error);

// Says on standard output what was done: the sentence, or the document.
void print(const Context& context, const Json& document, std::string_view text);

// From now on the first SIGINT or SIGTERM makes every Progress answer false; a second one ends the
// process at once. For work that leaves things in order when it is told to stop.
void noteStopSignals();

// Says every two seconds on standard error how far long work is: "docketd: verified 7 of 9 events".
// Answers whether the work should go on.
class Progress {
 public:
  explicit Progress(const char* done, const char* unit = "events", std::uint64_t scale = 1)
      : done_(done), unit_(unit), scale_(scale) {}
  bool operator()(std::uint64_t done, std::uint64_t all);  // all 0: not known

 private:
  const char* done_;  // "verified"
  const char* unit_;
  std::uint64_t scale_;  // of what is counted, in one unit
  std::chrono::steady_clock::time_point saidAt_ = std::chrono::steady_clock::now();
};

}  // namespace docket::server::offline
