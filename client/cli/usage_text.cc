#include "client/cli/usage_text.h"

#include <algorithm>
#include <string_view>

namespace docket::client::cli {
namespace {

// The innermost command that was recognised, and how one writes it.
const CLI::App* innermost(const CLI::App& app, std::string& name) {
  const CLI::App* at = &app;
  name = app.get_name();
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    name += " " + at->get_name();
  }
  return at;
}

// Of the words that nothing took, the first on the command line. The library lists them in an order
// of its own.
std::string firstLeftOver(const CLI::App& app, const std::vector<std::string>& words) {
  const std::vector<std::string> left = app.remaining(true);
  const auto found = std::find_if(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(left.begin(), left.end(), word) != left.end();
  });
  return found == words.end() ? std::string() : *found;
}

// "--expect: must be …" reads better without the colon.
std::string withoutColon(std::string text) {
  const auto colon = text.find(": ");
  if (colon == std::string::npos) return text;
  const std::string_view rest = std::string_view(text).substr(colon + 2);
  if (rest.starts_with("must ") || rest.starts_with("is ")) text.erase(colon, 1);
  return text;
}

}  // namespace

std::string usageText(const CLI::App& app, const CLI::ParseError& wrong,
                      const std::vector<std::string>& words) {
  std::string command;
  const CLI::App* at = innermost(app, command);
  const std::string see = "; see " + command + " --help";
  const std::string text = wrong.what();
  const std::string leftOver = firstLeftOver(app, words);
  const bool isOption = leftOver.starts_with('-');
  if (at->get_require_subcommand_min() > 0) {
    if (leftOver.empty()) return "a command is missing after '" + command + "'" + see;
    if (isOption) return "there is no option '" + leftOver + "'" + see;
    const std::string outer = at == &app ? "" : command.substr(command.find(' ') + 1) + " ";
    return "there is no command '" + outer + leftOver + "'" + see;
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&wrong) != nullptr && !leftOver.empty()) {
    return (isOption ? "there is no option '" : "there is no place for '") + leftOver + "'" + see;
  }
  const std::string name = text.substr(0, text.find(':'));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&wrong) != nullptr) {
    if (text.find(": At Most 1 ") != std::string::npos) return name + " is given twice" + see;
    if (text.find(": 1 required ") != std::string::npos) return name + " needs a value" + see;
  }
  return withoutColon(text) + see;
}

}  // namespace docket::client::cli
