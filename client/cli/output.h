// How a command prints: JSON or human text on standard output, in colour on a terminal only.
//
// Texts that come from a server or a file go to a human through visible(): control characters are
// shown, never obeyed by the terminal. Threads: one.
#pragma once

#include <cerrno>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace docket::client::cli {

enum class Colour { bold, dim, red, green, yellow, blue, magenta, cyan };

// How an output is written to; looked up once from the environment.
struct Terminal {
  bool isTerminal = false;
  bool colour = false;
  int width = 100;  // in columns
};

// The rules, apart from the environment: colour on a terminal only, never with NO_COLOR (set and
// not empty) or TERM=dumb; the width is the terminal's, else COLUMNS, else 100.
struct TerminalFacts {
  bool isTerminal = false;
  int reportedWidth = 0;  // 0: not known
  const char* noColor = nullptr;
  const char* term = nullptr;
  const char* columns = nullptr;
};
Terminal terminalFrom(const TerminalFacts& facts);
Terminal terminalOf(int fileDescriptor);

// One document as text: two-space indents, a newline at its end; bytes that are not UTF-8 become
// U+FFFD.
std::string jsonText(const nlohmann::ordered_json& document);

class Output {
 public:
  Output();
  Output(Terminal standardOutput, bool json);

  void useJson(bool json) { json_ = json; }
  bool isJson() const { return json_; }
  int width() const { return out_.width; }
  bool isTerminal() const { return out_.isTerminal; }

  // Prints the one JSON document of the command.
  void json(const nlohmann::ordered_json& document);

  // Prints human text as it is (pass foreign text through visible() first).
  void text(std::string_view text);
  void line(std::string_view text = {});

  // A sentence on standard error, below everything else: "docket: …" is up to the caller.
  void errorLine(std::string_view text);

  // `text` in that colour, or as it is where colours do not belong.
  std::string paint(Colour colour, std::string_view text) const;
  std::string paintError(Colour colour, std::string_view text) const;

  // Writes out what is buffered; false when standard output took it not, now or before (a full
  // disk, a closed pipe).
  bool flush();
  // Whether what was not taken went to a reader that had gone (`| head`).
  bool readerGone() const { return errorNumber_ == EPIPE; }

 private:
  void noteFailure();

  Terminal out_;
  Terminal error_;
  bool json_ = false;
  int errorNumber_ = 0;  // of the first write that failed
};

}  // namespace docket::client::cli
