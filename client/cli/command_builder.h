// What all commands take on the command line, and texts from standard input.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "client/cli/cli.h"

namespace docket::client::cli {

struct CommandOptions {
  std::optional<std::uint64_t> expected;  // --expect
  std::string commandId;                  // --command-id: 32 hexadecimal digits; empty: random
  std::string occurredAt;                 // --occurred-at
  std::string onBehalfOf;                 // --on-behalf-of
};

// `Subject::isNew`: the command names nothing yet that has a version, so there is no --expect.
enum class Subject { exists, isNew };
void addCommandOptions(CLI::App& command, CommandOptions& options,
                       Subject subject = Subject::exists);

// Shown below the help of `command`: a whole command line as one types it.
void addExample(CLI::App& command, const std::string& example);

// A builder of its own for one command, its header written.
template <class Command>
class CommandMessage {
 public:
  explicit CommandMessage(const CommandOptions& options);
  typename Command::Builder operator*() { return message_.getRoot<Command>(); }
  typename Command::Reader reader() { return message_.getRoot<Command>().asReader(); }

 private:
  capnp::MallocMessageBuilder message_;
};

void writeHeader(const CommandOptions& options, api::CommandHeader::Builder header);

template <class Command>
CommandMessage<Command>::CommandMessage(const CommandOptions& options) {
  writeHeader(options, message_.initRoot<Command>().initHeader());
}

// What a command did, in JSON or in a line: "Moved OPS-42 to done: version 3, position 128". `did`
// says it with {} in place of the subject: "Moved {} to done".
void printDone(Cli& cli, api::Done::Reader done, const std::string& did,
               api::CommandHeader::Reader header);

std::string hex(capnp::Data::Reader bytes);
std::optional<CommandIdBytes> parseCommandId(std::string_view text);

// For CLI::Option::check: a sentence when it is wrong, else empty.
std::string checkInstant(const std::string& text);
std::string checkCommandId(const std::string& text);
// "must be a whole number, 0 or more" or "…, 1 to 1000".
CLI::Validator wholeNumber(std::uint64_t min,
                           std::uint64_t max = std::numeric_limits<std::uint64_t>::max());

// `text` itself, or all of standard input (less one newline at its end) when it is "-".
std::string textOrStandardInput(const std::string& text);

capnp::Text::Reader asText(const std::string& text);

void setTime(api::OptionalTime::Builder out, const std::string& instant);  // empty: none

}  // namespace docket::client::cli
