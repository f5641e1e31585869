// The words of docketd that are not serving: which there are, what each takes, what it answers.
#include "server/offline/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "eventstore/log.h"
#include "server/data_directory.h"
#include "tests/server/temporary_directory.h"

namespace docket::server::offline {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

struct Parsed {
  tl::expected<Config, ConfigExit> config;
  Work work;
};

Parsed parse(const Words& words) {
  std::vector<const char*> argv{"docketd"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  Work work;
  auto config = parseCommandLine(
      static_cast<int>(argv.size()), argv.data(),
      [&work](CLI::App& app, SettingFlags& flags) { addCommands(app, flags, work); });
  return {std::move(config), std::move(work)};
}

TEST(OfflineCommands, WithoutOneOfThemDocketdServes) {
  const Parsed parsed = parse({"--data", "d", "--listen", "127.0.0.1:1"});
  ASSERT_TRUE(parsed.config) << parsed.config.error().text;
  EXPECT_FALSE(parsed.work);
}

TEST(OfflineCommands, EachTakesWhatItNeeds) {
  for (const Words& words : std::vector<Words>{
           {"verify", "--data", "d", "--checkpoint", "a", "--checkpoint", "b", "--key", "k"},
           {"rehearse", "--data", "d", "--strict", "--json"},
           {"export", "there", "--data", "d", "--payloads", "--origin", "example.org/log"},
           {"rotate-key", "--data", "d", "--origin", "example.org/log", "--log-level", "warn"},
           {"rotate-master-key", "--data", "d", "--master-key-file", "k", "--log-file", "l"},
           {"backup", "create", "there", "--data", "d"},
           {"backup", "list", "there", "--json"},
           {"backup", "verify", "there", "--id", "7"},
           {"backup", "restore", "there", "--to", "n", "--id", "7", "--at-position", "3"},
           {"backup", "restore", "there", "--to", "n", "--recorded-until", "3", "--checkpoint",
            "c"},
           {"backup", "prune", "there", "--keep", "1"}}) {
    const Parsed parsed = parse(words);
    ASSERT_TRUE(parsed.config) << words[0] << ": " << parsed.config.error().text;
    EXPECT_TRUE(parsed.work) << words[0];
  }
  const Parsed parsed = parse({"export", "x", "--data", "d", "--origin", "example.org/log"});
  EXPECT_EQ(parsed.config->data, "d");
  EXPECT_EQ(parsed.config->origin, "example.org/log");
}

TEST(OfflineCommands, MistakesAreUsageErrorsInOneLine) {
  for (const Words& words :
       std::vector<Words>{{"verify"},  // no --data
                          {"rotate-master-key"},
                          {"verfy", "--data", "d"},
                          {"verify", "rehearse", "--data", "d"},
                          {"verify", "--data", "d", "--payloads"},
                          {"verify", "--data", "d", "--listen", "127.0.0.1:1"},
                          {"verify", "--data", "d", "--log-level", "loud"},
                          {"--listen", "127.0.0.1:1", "verify", "--data", "d"},
                          {"--data", "d", "verify"},
                          {"rehearse", "--data", "d", "--master-key-file", "k"},
                          {"export", "--data", "d"},
                          {"rotate-key", "--data", "d", "--origin", "a b"},
                          {"backup", "create", "there"},
                          {"backup"},
                          {"backup", "list"},
                          {"backup", "list", "there", "--data", "d"},
                          {"backup", "verify", "there", "--id", "x"},
                          {"backup", "restore", "there"},
                          {"backup", "restore", "there", "--to", "n", "--at-position", "1",
                           "--recorded-until", "1"},
                          {"backup", "prune", "there"},
                          {"backup", "prune", "there", "--keep", "0"}}) {
    const Parsed parsed = parse(words);
    ASSERT_FALSE(parsed.config) << ::testing::PrintToString(words);
    EXPECT_EQ(parsed.config.error().exitCode, 2);
    EXPECT_EQ(parsed.config.error().text.find('\n'), std::string::npos);
  }
}

TEST(OfflineCommands, HelpIsThatOfTheCommand) {
  EXPECT_THAT(parse({"--help"}).config.error().text, HasSubstr("rotate-master-key"));
  const Parsed parsed = parse({"backup", "restore", "--help"});
  EXPECT_EQ(parsed.config.error().exitCode, 0);
  EXPECT_THAT(parsed.config.error().text, HasSubstr("--recorded-until"));
}

// The master key's medium may be named by the environment, of any command.
TEST(OfflineCommands, TheEnvironmentNamesTheMasterKeyFile) {
  ASSERT_EQ(::setenv("DOCKET_MASTER_KEY_FILE", "/medium/k", 1), 0);
  const Parsed rotating = parse({"rotate-master-key", "--data", "d"});
  const Parsed serving = parse({"--data", "d"});
  const Parsed flagged = parse({"--data", "d", "--master-key-file", "k"});
  ::unsetenv("DOCKET_MASTER_KEY_FILE");
  ASSERT_TRUE(rotating.config) << rotating.config.error().text;
  EXPECT_EQ(rotating.config->masterKeys(), "/medium/k");
  EXPECT_EQ(serving.config->masterKeys(), "/medium/k");
  EXPECT_EQ(flagged.config->masterKeys(), "k");
  EXPECT_EQ(parse({"--data", "d"}).config->masterKeys(), "d/keys/master.key");
}

// What running it prints and answers.
class OfflineCommandsOnData : public ::testing::Test {
 protected:
  std::string place(const char* name) const { return (directory_.path() / name).string(); }

  void givenDataWithAnEmptyLog() {
    auto data = DataDirectory::open(place("data"));
    ASSERT_TRUE(data) << data.error();
    ASSERT_TRUE(eventstore::Log::open({.directory = data->log()}));
    ASSERT_TRUE(data->complete());
  }

  int run(const Words& words) {
    const Parsed parsed = parse(words);
    if (!parsed.config) return parsed.config.error().exitCode;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = parsed.work(*parsed.config);
    out_ = ::testing::internal::GetCapturedStdout();
    error_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  TemporaryDirectory directory_;
  std::string out_;
  std::string error_;
};

TEST_F(OfflineCommandsOnData, NoneMakesADataDirectoryOfAPlaceThatIsNone) {
  for (const Words& words : std::vector<Words>{{"verify"},
                                               {"rehearse"},
                                               {"export", place("there")},
                                               {"rotate-key"},
                                               {"rotate-master-key"},
                                               {"backup", "create", place("there")}}) {
    Words all = words;
    all.insert(all.end(), {"--data", place("nowhere")});
    EXPECT_EQ(run(all), 1) << words[0];
    EXPECT_EQ(out_, "");
    EXPECT_THAT(error_, HasSubstr(place("nowhere")));
    EXPECT_FALSE(std::filesystem::exists(place("nowhere"))) << words[0];
  }
}

TEST_F(OfflineCommandsOnData, TheSettingsFileServesThemToo) {
  givenDataWithAnEmptyLog();
  std::ofstream(place("docketd.toml")) << "data = '" << place("data") << "'\n";
  ASSERT_EQ(run({"verify", "--config", place("docketd.toml"), "--json"}), 0) << error_;
  EXPECT_EQ(nlohmann::json::parse(out_)["events"], 0);
}

TEST_F(OfflineCommandsOnData, ARunningServersDirectoryIsLeftAlone) {
  givenDataWithAnEmptyLog();
  const auto server = DataDirectory::open(place("data"));
  for (const Words& words : std::vector<Words>{{"export", place("there")},
                                               {"rotate-key"},
                                               {"rotate-master-key"},
                                               {"backup", "create", place("there")}}) {
    Words all = words;
    all.insert(all.end(), {"--data", place("data")});
    EXPECT_EQ(run(all), 1) << words[0];
    EXPECT_THAT(error_, HasSubstr("is in use by another Docket server")) << words[0];
  }
}

TEST_F(OfflineCommandsOnData, ABackupIsComparedOnlyWithACheckpoint) {
  givenDataWithAnEmptyLog();
  ASSERT_EQ(run({"backup", "create", place("backups"), "--data", place("data")}), 0) << error_;
  const Words restore{"backup",          "restore",      place("backups"), "--to",
                      place("restored"), "--checkpoint", place("note")};
  EXPECT_EQ(run(restore), 1);
  EXPECT_THAT(error_, HasSubstr(place("note")));
  std::ofstream(place("note")) << "no checkpoint";
  EXPECT_EQ(run(restore), 4);
  EXPECT_THAT(error_, HasSubstr(place("note") + " is no checkpoint: "));
  EXPECT_FALSE(std::filesystem::exists(place("restored")));
}

}  // namespace
}  // namespace docket::server::offline
