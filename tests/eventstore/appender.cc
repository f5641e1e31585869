// The child of the kill -9 test: appends numbered units and reports each that is acknowledged, on
// its standard output, until it is killed.
//
//   eventstore_appender DIRECTORY SEED FIRST
//
// A report is three numbers of 64 bits in the machine's own order: unit, first and last position.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "eventstore/log.h"
#include "tests/eventstore/oracle.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

int run(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::uint64_t seed = std::stoull(argv[2]);
  LogOptions options;
  options.directory = argv[1];
  options.eventsPerIndexing = 200;
  const auto log = Log::open(options);
  if (!log) {
    std::fprintf(stderr, "appender: %s\n", log.error().message.c_str());
    return 1;
  }
  for (std::uint64_t number = std::stoull(argv[3]), turn = 0;; ++turn) {
    std::vector<Unit> group;
    for (std::uint64_t i = 0; i <= turn % 3; ++i) {
      group.push_back(numberedUnit(seed, number + i));
    }
    for (const AppendResult& result : (*log)->append(group, at(1))) {
      if (!result) return 1;
      const std::uint64_t report[3] = {number++, result->first.value, result->last.value};
      if (::write(STDOUT_FILENO, report, sizeof report) != sizeof report) return 1;
    }
    if (turn % 11 == 10 && !(*log)->writeAnchor()) return 1;
  }
}

}  // namespace
}  // namespace docket::eventstore::testing

int main(int argc, char** argv) {
  return docket::eventstore::testing::run(argc, argv);
}
