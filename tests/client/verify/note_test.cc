// Verifier keys and notes; signatures by OpenSSL's command line are in export_test.py.
#include "client/verify/note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace docket::client::verify {
namespace {

using ::testing::HasSubstr;

// A public key of the world: that of Go's checksum database.
const std::string kKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

TEST(VerifyNote, AKeyOfTheWorldIsRead) {
  const auto key = parseVerifierKey(kKey);
  ASSERT_TRUE(key) << key.error().sentence;
  EXPECT_EQ(key->name, "sum.golang.org");
  EXPECT_EQ(key->text(), "sum.golang.org+033de0ae");
}

TEST(VerifyNote, AKeyThatIsNoneIsRefusedWithTheReason) {
  const std::string body = kKey.substr(kKey.find('+'));
  const std::pair<std::string, std::string> cases[] = {
      {"", "neither a file nor"},
      {"name", "neither a file nor"},
      {"name+033de0ae", "neither a file nor"},
      {body, "no name"},
      {"a b" + body, "no name"},
      {"sum.golang.org+033DE0AE" + body.substr(9), "no id of 8"},
      {"sum.golang.org+033de0" + body.substr(9), "no id of 8"},
      {"other.golang.org" + body, "not that of its name and public key"},
      {kKey.substr(0, kKey.size() - 1), "canonical base64"},
      {kKey.substr(0, kKey.size() - 4), "not an Ed25519 key"},
      {"sum.golang.org+033de0ae+Bc4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", "not an Ed25519"},
      {"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn9", "not that of its"},
  };
  for (const auto& [written, why] : cases) {
    const auto key = parseVerifierKey(written);
    ASSERT_FALSE(key) << written;
    EXPECT_EQ(key.error().kind, ProblemKind::usage);
    EXPECT_THAT(key.error().sentence, HasSubstr(why)) << written;
  }
}

TEST(VerifyNote, WithoutKeysTheFormIsCheckedAndNoSignature) {
  const std::string note = "a\nb\n\n— x AAAAAAA=\n";
  const auto opened = openNote(note, {}, "it");
  ASSERT_TRUE(opened) << opened.error().sentence;
  EXPECT_EQ(opened->text, "a\nb\n");
  EXPECT_TRUE(opened->signedBy.empty());
  for (const std::string wrong :
       {"a\nb\n\n— x AAAA\n", "a\nb\n\n— x AAAAAAB=\n", "a\nb\n\n—  AAAAAAA=\n",
        "a\nb\n\nx AAAAAAA=\n", "a\nb\n\n— xAAAAAAA=\n", "a\nb\n"}) {
    EXPECT_FALSE(openNote(wrong, {}, "it")) << wrong;
  }
}

TEST(VerifyNote, ANoteOfOtherKeysIsNotSigned) {
  const std::vector<VerifierKey> keys{*parseVerifierKey(kKey)};
  const auto opened = openNote("a\n\n— sum.golang.org AAAAAAA=\n", keys, "it");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().sentence, "it is not signed by any of the keys that were given");
  // The key's own id, with a signature too short to be one.
  const auto known = openNote("a\n\n— sum.golang.org Az3grgA=\n", keys, "it");
  ASSERT_FALSE(known);
  EXPECT_THAT(known.error().sentence, HasSubstr("wrong signature by sum.golang.org+033de0ae"));
}

}  // namespace
}  // namespace docket::client::verify
