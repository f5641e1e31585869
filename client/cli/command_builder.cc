#include "client/cli/command_builder.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "client/cli/json_shapes.h"
#include "client/cli/text_layout.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

// Far above what any server takes: it is the server's limit that should be told.
constexpr std::size_t kStandardInputMax = 16 * 1024 * 1024;

// The heading of its options in a command's help, below those of its own.
constexpr const char* kEveryChange = "Options of every change";

constexpr std::string_view kSubjectHere = "{}";

int digitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "Opened {}" with the subject in its place.
std::string withSubject(const std::string& did, const std::string& subject) {
  const auto at = did.find(kSubjectHere);
  return at == std::string::npos ? did : std::string(did).replace(at, kSubjectHere.size(), subject);
}

// "OPS-9 was opened" of "Opened {}"; what has more before the subject is quoted.
std::string inPassive(const std::string& did, const std::string& subject) {
  const auto at = did.find(kSubjectHere);
  const auto verbEnd = did.find(' ');
  if (at == std::string::npos || verbEnd + 1 != at) {
    return "'" + withSubject(did, subject) + "' was done";
  }
  std::string verb = did.substr(0, verbEnd);
  if (verb[0] >= 'A' && verb[0] <= 'Z') verb[0] = static_cast<char>(verb[0] + 32);
  return subject + " was " + verb + did.substr(at + kSubjectHere.size());
}

}  // namespace

void addCommandOptions(CLI::App& command, CommandOptions& options, Subject subject) {
  if (subject == Subject::exists) {
    command
        .add_option("--expect", options.expected,
                    "Refuse when it is no longer at this version, and say what changed")
        ->type_name("VERSION")
        ->group(kEveryChange)
        ->check(wholeNumber(0));  // -1 would be read as the largest number
  }
  command
      .add_option("--command-id", options.commandId,
                  "32 hexadecimal digits: the same id is done once, however often it is sent")
      ->type_name("HEX")
      ->group(kEveryChange)
      ->check(CLI::Validator(checkCommandId, ""));
  command.add_option("--occurred-at", options.occurredAt, "When it happened, if not now")
      ->type_name("TIME")
      ->group(kEveryChange)
      ->check(CLI::Validator(checkInstant, ""));
  command.add_option("--on-behalf-of", options.onBehalfOf, "For whom this is done")
      ->type_name("SUBJECT")
      ->group(kEveryChange);
}

void addExample(CLI::App& command, const std::string& example) {
  command.footer("Example: " + example);
}

void writeHeader(const CommandOptions& options, api::CommandHeader::Builder header) {
  const CommandIdBytes id = parseCommandId(options.commandId).value_or(randomCommandId());
  header.setId(kj::arrayPtr(id.bytes, sizeof id.bytes));
  if (options.expected) header.getExpected().setVersion(*options.expected);
  header.setOnBehalfOf(asText(options.onBehalfOf));
  setTime(header.initOccurredAt(), options.occurredAt);
}

void printDone(Cli& cli, api::Done::Reader done, const std::string& did,
               api::CommandHeader::Reader header) {
  Output& output = cli.output();
  cli.noteDone(inPassive(did, std::string(textOf(done.getSubject()))));
  if (output.isJson()) {
    Json json = toJson(done);
    json["command_id"] = hex(header.getId());
    output.json({{"done", std::move(json)}});
    return;
  }
  const std::string subject = output.paint(Colour::bold, visible(textOf(done.getSubject())));
  output.line(withSubject(visible(did), subject) + ": version " +
              std::to_string(done.getVersion()) + ", position " +
              std::to_string(done.getPosition()) +
              (done.getRepeated() ? " (it had been done before)" : ""));
}

std::string hex(capnp::Data::Reader bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<CommandIdBytes> parseCommandId(std::string_view text) {
  CommandIdBytes id{};
  if (text.size() != 2 * sizeof id.bytes) return std::nullopt;
  for (std::size_t i = 0; i < sizeof id.bytes; ++i) {
    const int high = digitOf(text[2 * i]);
    const int low = digitOf(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return id;
}

std::string checkInstant(const std::string& text) {
  const auto instant = parseInstant(text);
  return instant ? std::string() : instant.error();
}

std::string checkCommandId(const std::string& text) {
  return parseCommandId(text) ? "" : "must be 32 hexadecimal digits";
}

CLI::Validator wholeNumber(std::uint64_t min, std::uint64_t max) {
  const bool open = max == std::numeric_limits<std::uint64_t>::max();
  const std::string rule = "must be a whole number, " + std::to_string(min) +
                           (open ? " or more" : " to " + std::to_string(max));
  return CLI::Validator(
      [min, max, rule](const std::string& text) {
        std::uint64_t number = 0;
        const char* const last = text.data() + text.size();
        const auto [end, error] = std::from_chars(text.data(), last, number);
        const bool fits = error == std::errc() && end == last && number >= min && number <= max;
        return fits ? std::string() : rule;
      },
      "");
}

std::string textOrStandardInput(const std::string& text) {
  if (text != "-") return text;
  std::string all;
  char chunk[65536];
  while (const std::size_t got = std::fread(chunk, 1, sizeof chunk, stdin)) {
    all.append(chunk, got);
    if (all.size() > kStandardInputMax) {
      throw CliFailure(ExitCode::refused, "standard input holds more than 16 MiB");
    }
  }
  if (std::ferror(stdin) != 0) throw CliFailure(ExitCode::refused, "cannot read standard input");
  if (!all.empty() && all.back() == '\n') all.pop_back();
  return all;
}

capnp::Text::Reader asText(const std::string& text) {
  return {text.c_str(), text.size()};
}

void setTime(api::OptionalTime::Builder out, const std::string& instant) {
  if (instant.empty()) return;
  if (const auto read = parseInstant(instant)) out.setAt(*read);
}

}  // namespace docket::client::cli
