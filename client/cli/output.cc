#include "client/cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace docket::client::cli {
namespace {

constexpr int kWidthDefault = 100;
constexpr int kWidthMin = 40;
constexpr int kWidthMax = 400;

const char* sequence(Colour colour) {
  switch (colour) {
    case Colour::bold:
      return "\x1b[1m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::red:
      return "\x1b[31m";
    case Colour::green:
      return "\x1b[32m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::blue:
      return "\x1b[34m";
    case Colour::magenta:
      return "\x1b[35m";
    case Colour::cyan:
      return "\x1b[36m";
  }
  return "";
}

std::string painted(bool colours, Colour colour, std::string_view text) {
  if (!colours || text.empty()) return std::string(text);
  return std::string(sequence(colour)) + std::string(text) + "\x1b[0m";
}

bool isWidth(long width) {
  return width >= kWidthMin && width <= kWidthMax;
}

}  // namespace

Terminal terminalFrom(const TerminalFacts& facts) {
  Terminal terminal;
  terminal.isTerminal = facts.isTerminal;
  const bool noColor = facts.noColor != nullptr && *facts.noColor != '\0';
  const bool dumb = facts.term != nullptr && std::strcmp(facts.term, "dumb") == 0;
  terminal.colour = facts.isTerminal && !noColor && !dumb;
  terminal.width = kWidthDefault;
  if (facts.isTerminal && isWidth(facts.reportedWidth)) {
    terminal.width = facts.reportedWidth;
  } else if (facts.columns != nullptr) {
    const long columns = std::strtol(facts.columns, nullptr, 10);
    if (isWidth(columns)) terminal.width = static_cast<int>(columns);
  }
  return terminal;
}

Terminal terminalOf(int fileDescriptor) {
  TerminalFacts facts;
  facts.isTerminal = isatty(fileDescriptor) == 1;
  winsize size{};
  if (facts.isTerminal && ioctl(fileDescriptor, TIOCGWINSZ, &size) == 0) {
    facts.reportedWidth = size.ws_col;
  }
  facts.noColor = std::getenv("NO_COLOR");
  facts.term = std::getenv("TERM");
  facts.columns = std::getenv("COLUMNS");
  return terminalFrom(facts);
}

std::string jsonText(const nlohmann::ordered_json& document) {
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Output::Output() : out_(terminalOf(STDOUT_FILENO)), error_(terminalOf(STDERR_FILENO)) {}

Output::Output(Terminal standardOutput, bool json)
    : out_(standardOutput), error_(standardOutput), json_(json) {}

void Output::json(const nlohmann::ordered_json& document) {
  text(jsonText(document));
}

void Output::text(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size()) noteFailure();
}

void Output::line(std::string_view text) {
  this->text(text);
  this->text("\n");
}

void Output::errorLine(std::string_view text) {
  flush();
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

std::string Output::paint(Colour colour, std::string_view text) const {
  return painted(out_.colour, colour, text);
}

std::string Output::paintError(Colour colour, std::string_view text) const {
  return painted(error_.colour, colour, text);
}

bool Output::flush() {
  errno = 0;
  if (std::fflush(stdout) != 0) noteFailure();
  return errorNumber_ == 0 && std::ferror(stdout) == 0;
}

void Output::noteFailure() {
  if (errorNumber_ == 0) errorNumber_ = errno != 0 ? errno : EIO;
}

}  // namespace docket::client::cli
