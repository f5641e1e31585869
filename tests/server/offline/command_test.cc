// What the commands on a stopped server share.
#include "server/offline/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace docket::server::offline {
namespace {

using ::testing::HasSubstr;
using Code = eventstore::StoreErrorCode;

TEST(OfflineCommand, DamageAndLossHaveAnExitCodeOfTheirOwn) {
  for (const auto& [code, exitCode] : std::vector<std::pair<Code, int>>{{Code::corrupt, 4},
                                                                        {Code::behindAnchor, 4},
                                                                        {Code::keyMissing, 4},
                                                                        {Code::notFound, 1},
                                                                        {Code::locked, 1},
                                                                        {Code::interrupted, 1},
                                                                        {Code::io, 1}}) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(failed(eventstore::StoreError{code, "it is so"}), exitCode);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "docketd: it is so\n");
  }
}

// A path may be any bytes; an escape sequence in one would do something to the terminal.
TEST(OfflineCommand, ASentenceIsOneLineOfPrintableText) {
  for (const auto& [sentence, said] : std::vector<std::pair<std::string, std::string>>{
           {"/data/Büro \xe2\x82\xac \xf0\x9f\x8e\xab is gone",
            "/data/Büro \xe2\x82\xac \xf0\x9f\x8e\xab is gone"},
           {"a\x1b[2Jb\nc\td\x7f", "a\\x1B[2Jb\\x0Ac\\x09d\\x7F"},
           {std::string("a\0b", 3), "a\\x00b"},
           {"a\xff\xfe!", "a\\xFF\\xFE!"},
           {"a\xc2\x9b!\xc2\xa0!", "a\\xC2\\x9B!\xc2\xa0!"},
           {"cut off \xe2\x82", "cut off \\xE2\\x82"},
           {"overlong \xc0\xaf, surrogate \xed\xa0\x80",
            "overlong \\xC0\\xAF, surrogate \\xED\\xA0\\x80"},
           {"C:\\x", "C:\\x"}}) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(failed(sentence), 1);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "docketd: " + said + "\n");
  }
}

TEST(OfflineCommand, JsonWithATextThatIsNoUtf8IsPrintedAllTheSame) {
  ::testing::internal::CaptureStdout();
  print({{}, true}, {{"file", "a\xff"}}, "unused");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "{\n  \"file\": \"a\xef\xbf\xbd\"\n}\n");
  ::testing::internal::CaptureStdout();
  print({{}, false}, {}, "a sentence");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "a sentence\n");
}

TEST(OfflineCommand, TheFirstSignalStopsWorkAndTheNextOneIsTheSystems) {
  for (const int signal : {SIGINT, SIGTERM}) {
    noteStopSignals();
    Progress progress("done");
    EXPECT_TRUE(progress(1, 2));
    ASSERT_EQ(std::raise(signal), 0);
    EXPECT_FALSE(progress(2, 2));
    struct sigaction now {};
    ASSERT_EQ(sigaction(signal, nullptr, &now), 0);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
  }
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace
}  // namespace docket::server::offline
