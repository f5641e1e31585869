// Says on standard error how far a long command is: a bar on a terminal, else a line every few
// seconds. Threads: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/cli/output.h"

namespace docket::client::cli {

struct ProgressState {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known
  std::string note;         // counts worth seeing: "6,660 events, 2 refused"
};

// One line of at most `width` columns: "Importing  [#####.....]  50 %  note".
std::string progressLine(std::string_view title, const ProgressState& state, int width);

class Progress {
 public:
  // `title`: what is being done: "Importing problems.xes.gz".
  explicit Progress(std::string title);
  ~Progress();  // takes the bar away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap: draws at most ten times a second on a terminal, else one line in five seconds.
  void update(const ProgressState& state);

  // Takes the bar away, for what is printed next. Repeatable.
  void finish();

 private:
  std::string title_;
  Terminal terminal_;
  std::optional<std::chrono::steady_clock::time_point> drawnAt_;
  bool barShown_ = false;
};

}  // namespace docket::client::cli
