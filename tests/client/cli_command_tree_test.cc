// The commands as a whole: the help of each teaches with an example that works, and the commands
// that refusals name as the way out are there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/cli.h"
#include "domain/refusal.h"

namespace docket::client::cli {
namespace {

using testing::StartsWith;

struct Program {
  Cli cli;
  CLI::App app{"Docket", "docket"};

  Program() {
    app.require_subcommand(1);
    app.fallthrough();
    cli.addOptions(app);
    addBoardCommands(app, cli);
    addTicketCommands(app, cli);
    addDeskCommands(app, cli);
    addAuditCommands(app, cli);
    addPersonCommands(app, cli);
    addBackupCommands(app, cli);
    addProjectionCommands(app, cli);
  }
};

std::vector<const CLI::App*> commandsBelow(const CLI::App& at) {
  // A group of options is a command without a name.
  return at.get_subcommands([](const CLI::App* one) { return !one->get_name().empty(); });
}

const CLI::App* commandNamed(const CLI::App& at, const std::string& word) {
  for (const CLI::App* one : commandsBelow(at)) {
    if (one->get_name() == word) return one;
  }
  return nullptr;
}

bool hasOption(const CLI::App& command, const std::string& name) {
  if (command.get_option_no_throw(name) != nullptr) return true;
  const auto groups =
      command.get_subcommands([](const CLI::App* one) { return one->get_name().empty(); });
  return std::any_of(groups.begin(), groups.end(), [&](const CLI::App* group) {
    return group->get_option_no_throw(name) != nullptr;
  });
}

// Why `line` ("ticket show OPS-42") is no command line of the program; empty when it is one.
std::string mistakeIn(const std::string& line) {
  Program program;
  try {
    program.app.parse(line);
  } catch (const CLI::ParseError& wrong) {
    return wrong.what();
  }
  return {};
}

TEST(CommandTree, EveryCommandTeachesWithAnExampleThatWorks) {
  const Program program;
  const std::function<void(const CLI::App&, const std::string&)> visit =
      [&](const CLI::App& at, const std::string& name) {
        const auto below = commandsBelow(at);
        for (const CLI::App* one : below) visit(*one, name + " " + one->get_name());
        if (!below.empty()) return;
        EXPECT_FALSE(at.get_description().empty()) << name;
        const std::string before = "Example: ";
        const std::string footer = at.get_footer();
        ASSERT_THAT(footer, StartsWith(before + name)) << name;
        const std::string line = footer.substr(before.size() + std::string("docket ").size());
        EXPECT_EQ(mistakeIn(line), "") << footer;
      };
  visit(program.app, "docket");
}

// --- Refusals
// -------------------------------------------------------------------------------------

template <std::size_t... index>
std::vector<domain::Refusal> oneOfEach(std::index_sequence<index...>) {
  return {domain::Refusal(std::in_place_index<index>)...};
}

domain::LimitScope scopeOf(domain::LimitKind kind) {
  domain::LimitScope scope;
  scope.kind = kind;
  scope.column.value = "in-progress";
  scope.lane.value = "standard";
  scope.person.value = "anna";
  return scope;
}

constexpr domain::LimitKind kLimitKinds[] = {
    domain::LimitKind::column, domain::LimitKind::lane, domain::LimitKind::cell,
    domain::LimitKind::person, domain::LimitKind::type, domain::LimitKind::serviceClass,
    domain::LimitKind::board};

domain::WipLimitReached limitReached(domain::LimitKind kind) {
  domain::WipLimitReached reached;
  reached.board.value = "OPS";
  reached.scope = scopeOf(kind);
  reached.limit = 3;
  reached.count = 3;
  reached.mayOverride = true;
  return reached;
}

// Every kind of refusal, and each way out that a kind has.
std::vector<domain::Refusal> allRefusals() {
  auto all = oneOfEach(std::make_index_sequence<std::variant_size_v<domain::Refusal>>());
  // A definition has a kind, always.
  std::erase_if(all, [](const domain::Refusal& one) {
    return std::holds_alternative<domain::UnknownDefinition>(one);
  });
  for (const auto kind : kLimitKinds) all.emplace_back(limitReached(kind));
  for (const char* kind : {"calendar", "service"}) {
    all.emplace_back(domain::UnknownDefinition{kind, "x"});
  }
  all.emplace_back(domain::UnknownLane{{"OPS"}, {"x"}, {{"standard"}}});
  all.emplace_back(domain::NotPermitted{{"OPS"}, {"ben"}, {domain::Role::manager}});
  return all;
}

// "docket ticket show OPS-42, or …" as {"ticket", "show", "OPS-42"}: each command that `text`
// names.
std::vector<std::vector<std::string>> commandsNamedIn(const std::string& text) {
  const std::string name = "docket ";
  std::vector<std::vector<std::string>> commands;
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    auto& words = commands.emplace_back();
    std::istringstream rest(text.substr(at + name.size()));
    for (std::string word; rest >> word;) {
      const bool ends = std::string_view(".,;:").find(word.back()) != std::string_view::npos;
      if (ends) word.pop_back();
      words.push_back(word);
      if (ends) break;
    }
  }
  return commands;
}

TEST(CommandTree, WaysOutOfRefusalsAreCommandsOfTheProgram) {
  const Program program;
  std::size_t named = 0;
  for (const domain::Refusal& refusal : allRefusals()) {
    const domain::RefusalText told = domain::describe(refusal);
    for (const auto& words : commandsNamedIn(told.wayOut)) {
      ++named;
      const CLI::App* command = &program.app;
      std::size_t taken = 0;
      for (; taken < words.size(); ++taken) {
        const CLI::App* next = commandNamed(*command, words[taken]);
        if (next == nullptr) break;
        command = next;
      }
      EXPECT_TRUE(commandsBelow(*command).empty()) << told.code << ": " << told.wayOut;
      for (; taken < words.size(); ++taken) {
        if (!words[taken].starts_with("--")) continue;
        EXPECT_TRUE(hasOption(*command, words[taken])) << words[taken] << " of " << told.wayOut;
      }
    }
  }
  EXPECT_GT(named, 40U);
}

TEST(CommandTree, TheLimitThatWouldHaveToBeRaisedIsSpelledAsItIsSet) {
  for (const auto kind : kLimitKinds) {
    const std::string text = domain::describe(domain::Refusal(limitReached(kind))).wayOut;
    const std::string before = "raise the limit: docket ";
    const auto at = text.find(before);
    ASSERT_NE(at, std::string::npos) << text;
    std::string line = text.substr(at + before.size());
    ASSERT_EQ(line.back(), '.');
    line.pop_back();
    EXPECT_EQ(mistakeIn(line), "") << line;
  }
}

TEST(CommandTree, AWrongLineIsNoCommandLine) {
  EXPECT_NE(mistakeIn("ticket shows OPS-42"), "");
  EXPECT_NE(mistakeIn("board rule set OPS x --on done"), "");
  EXPECT_NE(mistakeIn("board rule set OPS x --on done --team a --move-to b"), "");
}

}  // namespace
}  // namespace docket::client::cli
