#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tests/server/temporary_directory.h"

namespace docket::server {
namespace {

using ::testing::HasSubstr;

tl::expected<Config, ConfigExit> parse(const std::vector<std::string>& words) {
  std::vector<std::string> owned{"docketd"};
  owned.insert(owned.end(), words.begin(), words.end());
  std::vector<const char*> argv;
  for (const auto& word : owned) argv.push_back(word.c_str());
  return parseCommandLine(static_cast<int>(argv.size()), argv.data());
}

class ConfigFile : public ::testing::Test {
 protected:
  std::string write(const std::string& content) {
    const auto path = directory_.path() / "docketd.toml";
    std::ofstream(path) << content;
    return path.string();
  }
  // What is wrong with a file of this content.
  std::string mistakeIn(const std::string& content) {
    const auto config = parse({"--data", "d", "--config", write(content)});
    return config ? "" : config.error().text;
  }

  TemporaryDirectory directory_;
};

TEST(Config, DefaultsAreLoopback) {
  const auto config = parse({"--data", "d"});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->data, "d");
  EXPECT_EQ(config->listen.text(), "127.0.0.1:7410");
  EXPECT_TRUE(config->listen.isLoopback);
  EXPECT_EQ(config->http->text(), "127.0.0.1:7411");
  EXPECT_FALSE(config->allowRemote);
}

TEST(Config, OriginNamesAKey) {
  const auto good = parse({"--data", "d", "--origin", "example.org/log"});
  ASSERT_TRUE(good) << good.error().text;
  EXPECT_EQ(good->origin, "example.org/log");
}

TEST(Config, MistakesInFlagsAreUsageErrors) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{},
                                             {"--data", "d", "--listen", "nowhere"},
                                             {"--data", "d", "--listen", "127.0.0.1:70000"},
                                             {"--data", "d", "--http", "127.0.0.1"},
                                             {"--data", "d", "--log-level", "loud"},
                                             {"--data", "d", "--origin", "a b"},
                                             {"--data", "d", "--origin", "a+b"},
                                             {"--data", "d", "--no-such-flag"},
                                             {"--data", "d", "--config", "/does/not/exist.toml"}}) {
    const auto config = parse(words);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().exitCode, 2);
    EXPECT_EQ(config.error().text.find('\n'), std::string::npos) << config.error().text;
  }
}

TEST(Config, HelpAndVersionAreNoMistakes) {
  for (const char* flag : {"--help", "--version"}) {
    const auto asked = parse({flag});
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().exitCode, 0);
    EXPECT_THAT(asked.error().text, HasSubstr("docketd"));
  }
}

TEST_F(ConfigFile, SetsEverySettingAndFlagsWin) {
  const std::string file = write(
      "data = 'there'\nlisten = '[::1]:0'\nhttp = 'off'\nallow_remote = true\n"
      "connections_max = 7\nconnections_per_address_max = 3\nlog-level = 'warn'\nlog_file = 'l'\n"
      "master_key_file = '/medium/k'\n");
  const auto config = parse({"--config", file, "--data", "here"});
  ASSERT_TRUE(config) << config.error().text;
  EXPECT_EQ(config->data, "here");
  EXPECT_EQ(config->listen.text(), "[::1]:0");
  EXPECT_TRUE(config->listen.isLoopback);
  EXPECT_FALSE(config->http);
  EXPECT_TRUE(config->allowRemote);
  EXPECT_EQ(config->connectionsMax, 7u);
  EXPECT_EQ(config->connectionsPerAddressMax, 3u);
  EXPECT_EQ(config->logLevel, "warn");
  EXPECT_EQ(config->logFile, "l");
  EXPECT_EQ(config->masterKeyFile, "/medium/k");
}

TEST_F(ConfigFile, EmptyFileIsGood) {
  EXPECT_EQ(mistakeIn(""), "");
}

TEST_F(ConfigFile, MistakeNamesFileLineAndKey) {
  const std::string unknown = mistakeIn("data = 'd'\nlissten = 'x'\n");
  EXPECT_THAT(unknown, HasSubstr("docketd.toml, line 2: \"lissten\""));
  const std::string wrongType = mistakeIn("\n\nconnections_max = 'many'\n");
  EXPECT_THAT(wrongType, HasSubstr("docketd.toml, line 3: \"connections_max\" must be a whole"));
  EXPECT_THAT(mistakeIn("connections_max = 0\n"), HasSubstr("must be 1 to 100000"));
  EXPECT_THAT(mistakeIn("allow_remote = 1\n"), HasSubstr("must be true or false"));
  EXPECT_THAT(mistakeIn("data = 'd'\nlisten = \n"), HasSubstr("docketd.toml, line 2"));
}

}  // namespace
}  // namespace docket::server
