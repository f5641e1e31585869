#include "client/cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "client/cli/text_layout.h"

namespace docket::client::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenBars{100};
constexpr std::chrono::seconds kBetweenLines{5};
constexpr int kBarWidth = 24;

}  // namespace

std::string progressLine(std::string_view title, const ProgressState& state, int width) {
  std::string line(title);
  if (state.total > 0) {
    const std::uint64_t done = std::min(state.done, state.total);
    // In floating point: a byte count times a hundred may pass 64 bits.
    const double share = static_cast<double>(done) / static_cast<double>(state.total);
    const auto filled = static_cast<std::size_t>(share * kBarWidth);
    line += "  [" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " +
            fittedRight(std::to_string(static_cast<int>(share * 100)), 3) + " %";
  } else if (state.done > 0) {
    line += "  " + grouped(state.done);
  }
  if (!state.note.empty()) line += "  " + state.note;
  return truncated(line, width);
}

Progress::Progress(std::string title)
    : title_(visible(title)), terminal_(terminalOf(STDERR_FILENO)) {}

Progress::~Progress() {
  finish();
}

void Progress::update(const ProgressState& state) {
  const auto now = std::chrono::steady_clock::now();
  if (terminal_.isTerminal) {
    if (drawnAt_ && now - *drawnAt_ < kBetweenBars) return;
    const std::string line = progressLine(title_, state, terminal_.width - 1);
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
    barShown_ = true;
  } else {
    // The first line comes only after a while: a short command says nothing.
    if (!drawnAt_) drawnAt_ = now;
    if (now - *drawnAt_ < kBetweenLines) return;
    std::fprintf(stderr, "%s\n", progressLine(title_, state, terminal_.width).c_str());
  }
  std::fflush(stderr);
  drawnAt_ = now;
}

void Progress::finish() {
  if (barShown_) std::fputs("\r\x1b[K", stderr);
  barShown_ = false;
}

}  // namespace docket::client::cli
