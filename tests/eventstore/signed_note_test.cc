// Base64, Ed25519, verifier keys, notes and checkpoints: against the openssl program and published
// vectors, and that every other spelling is refused.
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "eventstore/base64.h"
#include "eventstore/checkpoint.h"
#include "eventstore/signed_note.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

using ::testing::HasSubstr;

std::string decoded(std::string_view base64) {
  const auto bytes = fromBase64(base64);
  return bytes ? text(*bytes) : "(refused)";
}

TEST(Base64, EveryLengthComesBack) {
  // The vectors of RFC 4648 section 10.
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(toBase64(bytes(plain)), encoded);
    EXPECT_EQ(decoded(encoded), plain);
  }
  std::vector<std::byte> all;
  for (int i = 0; i < 256; ++i) {
    all.push_back(static_cast<std::byte>(255 - i));
    EXPECT_EQ(fromBase64(toBase64(all)), all);
  }
}

TEST(Base64, OtherSpellingsAreRefused) {
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "Zg==Zg==", "Zm9v\n",
                            "Zm-v", "Zm_v", " Zg=", "====", "Z===", "Zm=v", "Z=9v"}) {
    EXPECT_EQ(decoded(wrong), "(refused)") << wrong;
  }
}

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void write(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<long>(content.size()));
}

// Whether `openssl <arguments>` says yes, run in `folder`.
bool openssl(const std::filesystem::path& folder, const std::string& arguments) {
  const std::string command =
      "cd " + folder.string() + " && openssl " + arguments + " >openssl.out 2>&1";
  return std::system(command.c_str()) == 0;
}

TEST(Ed25519, TheOpensslProgramTakesOurSignature) {
  const TemporaryFolder folder;
  ASSERT_TRUE(openssl(folder.path(), "version")) << "the program openssl is needed";
  const Ed25519PrivateKey key = Ed25519PrivateKey::generate();
  const Ed25519Signature signature = key.sign(bytes("the text\n"));
  write(folder.path() / "key.pem", key.toPem());
  write(folder.path() / "text", "the text\n");
  write(folder.path() / "other", "the Text\n");
  write(folder.path() / "sig", text(signature));
  ASSERT_TRUE(openssl(folder.path(), "pkey -in key.pem -pubout -out public.pem"));
  const std::string verify = "pkeyutl -verify -pubin -inkey public.pem -rawin -sigfile sig -in ";
  EXPECT_TRUE(openssl(folder.path(), verify + "text")) << contentOf(folder.path() / "openssl.out");
  EXPECT_FALSE(openssl(folder.path(), verify + "other"));
}

TEST(Ed25519, WeTakeTheSignatureOfTheOpensslProgram) {
  const TemporaryFolder folder;
  write(folder.path() / "text", "the text\n");
  ASSERT_TRUE(openssl(folder.path(), "genpkey -algorithm ed25519 -out key.pem"));
  ASSERT_TRUE(openssl(folder.path(), "pkeyutl -sign -inkey key.pem -rawin -in text -out sig"));
  ASSERT_TRUE(openssl(folder.path(), "pkey -in key.pem -pubout -outform DER -out public.der"));
  const auto key = Ed25519PrivateKey::fromPem(contentOf(folder.path() / "key.pem"));
  ASSERT_TRUE(key);
  const std::string der = contentOf(folder.path() / "public.der");
  EXPECT_EQ(text(key->publicKey()), der.substr(der.size() - 32));
  const std::string signature = contentOf(folder.path() / "sig");
  EXPECT_TRUE(verifyEd25519(key->publicKey(), bytes("the text\n"), bytes(signature)));
  EXPECT_FALSE(verifyEd25519(key->publicKey(), bytes("the Text\n"), bytes(signature)));
  EXPECT_FALSE(verifyEd25519(key->publicKey(), bytes("the text\n"), bytes(signature.substr(1))));
}

TEST(Ed25519, OtherKeysAreNoKeys) {
  const TemporaryFolder folder;
  ASSERT_TRUE(openssl(folder.path(), "genpkey -algorithm x25519 -out other.pem"));
  ASSERT_TRUE(openssl(folder.path(),
                      "genpkey -algorithm ed25519 -aes256 -pass pass:secret -out sealed.pem"));
  for (const char* file : {"other.pem", "sealed.pem"}) {
    EXPECT_FALSE(Ed25519PrivateKey::fromPem(contentOf(folder.path() / file))) << file;
  }
  EXPECT_FALSE(Ed25519PrivateKey::fromPem(""));
}

// A key and a note with its signature.
struct Signer {
  Ed25519PrivateKey key = Ed25519PrivateKey::generate();
  std::string name = "example.org/log";
  VerifierKey verifier() const { return {name, key.publicKey()}; }
  std::string sign(const std::string& noteText) const {
    return noteText + "\n" + signatureLine(noteText, name, key);
  }
};

std::string signersOf(std::string_view note, std::span<const VerifierKey> keys) {
  const auto parsed = parseNote(note);
  if (!parsed) return parsed.error();
  const auto signers = countSigners(*parsed, keys);
  return signers ? std::to_string(*signers) : signers.error();
}

TEST(SignedNote, KnownKeysCountAndUnknownOnesAreIgnored) {
  const Signer one;
  const Signer two;
  const std::string note = one.sign("hello\n") + signatureLine("hello\n", two.name, two.key);
  const VerifierKey keys[] = {one.verifier(), two.verifier(), Signer().verifier()};
  EXPECT_EQ(signersOf(note, keys), "2");
  EXPECT_EQ(signersOf(note, std::span(keys).first(1)), "1");
  EXPECT_EQ(signersOf(note, std::span(keys).last(1)), "0");
  EXPECT_EQ(parseNote(note)->text, "hello\n");
}

TEST(SignedNote, AWrongSignatureOfAKnownKeyRefusesTheNote) {
  const Signer one;
  const Signer two;
  std::string note = one.sign("hello\n") + signatureLine("Hello\n", two.name, two.key);
  const VerifierKey keys[] = {one.verifier(), two.verifier()};
  EXPECT_THAT(signersOf(note, keys), HasSubstr("is wrong"));
  EXPECT_EQ(signersOf(note, std::span(keys).first(1)), "1");
  note[0] = 'j';
  EXPECT_THAT(signersOf(note, std::span(keys).first(1)), HasSubstr("is wrong"));
}

TEST(SignedNote, OtherFormsAreRefused) {
  const std::string good = Signer().sign("hello\n");
  ASSERT_TRUE(parseNote(good));
  const std::string line = good.substr(7);
  const std::string wrong[] = {
      "",
      "hello\n",
      "hello\n\n",
      "hello\n" + line,                 // no empty line
      good.substr(0, good.size() - 1),  // no line feed at the end
      good + "x\n",                     // a line that is no signature
      good + "\n",
      "hello\r\n\n" + line,
      "hello\n\n- example.org/log " + line.substr(line.rfind(' ') + 1),  // another dash
      "hello\n\n\u2014 example.org/log AAAA\n",                          // no room for a signature
      "hello\n\n\u2014  AAAAAAAA\n",
      "hello\n\n\u2014 a+b AAAAAAAA\n",
      std::string(kMaxNoteBytes, 'x') + "\n\n" + line,
  };
  for (const std::string& note : wrong) EXPECT_FALSE(parseNote(note)) << note;
}

TEST(SignedNote, VerifierKeysComeBackAndOthersAreRefused) {
  const VerifierKey key = Signer().verifier();
  const std::string good = toText(key);
  EXPECT_EQ(parseVerifierKey(good), key);
  std::string otherId = good;
  char& digit = otherId[good.find('+') + 1];
  digit = digit == '0' ? '1' : '0';
  std::string upper = good;
  for (std::size_t i = good.find('+'); i < good.rfind('+'); ++i) {
    upper[i] = static_cast<char>(std::toupper(upper[i]));
  }
  if (upper == good) upper = "x" + upper;  // an id of digits alone
  for (const std::string& wrong :
       {otherId, upper, std::string(), good + "A", good + "\n", "x" + good,
        good.substr(0, good.rfind('+')), "a b" + good.substr(good.find('+'))}) {
    EXPECT_FALSE(parseVerifierKey(wrong)) << wrong;
  }
}

TEST(SignedNote, TheSpecificationsExampleIsTaken) {
  const char* shared = std::getenv("DOCKET_SHARED");
  const std::filesystem::path folder =
      shared != nullptr ? std::filesystem::path(shared)
                        : std::filesystem::path(DOCKET_SOURCE_DIR).parent_path() / "shared";
  std::ifstream file(folder / "cases/merkle_vectors.json");
  if (!file) GTEST_SKIP() << "no merkle_vectors.json; set DOCKET_SHARED to the folder above cases";
  const auto vectors = nlohmann::json::parse(file);
  for (const auto& vector : vectors.at("signed_note")) {
    const std::string vkey = vector["vkey"];
    std::string note = vector["note"];
    const auto key = parseVerifierKey(vkey);
    ASSERT_TRUE(key) << key.error();
    EXPECT_EQ(toText(*key), vkey);
    EXPECT_EQ(signersOf(note, {&*key, 1}), "1");
    note[0] = 'X';
    EXPECT_THAT(signersOf(note, {&*key, 1}), HasSubstr("is wrong"));
  }
}

TEST(CheckpointText, ComesBackAndOtherSpellingsAreRefused) {
  const Checkpoint checkpoint{"example.org/log", 1234, digest(7)};
  const std::string good = checkpointText(checkpoint);
  EXPECT_EQ(parseCheckpointText(good), checkpoint);
  const std::string root = good.substr(good.rfind('\n', good.size() - 2) + 1);
  const std::string wrong[] = {
      "",
      good.substr(0, good.size() - 1),
      good + "more\n",
      "\n1234\n" + root,
      "a b\n1234\n" + root,
      "example.org/log\n01234\n" + root,
      "example.org/log\n+1234\n" + root,
      "example.org/log\n1234 \n" + root,
      "example.org/log\n\n" + root,
      "example.org/log\n18446744073709551616\n" + root,
      "example.org/log\n1234\nAAAA\n",
      "example.org/log\n1234\n" + root.substr(1),
  };
  for (const std::string& each : wrong) EXPECT_FALSE(parseCheckpointText(each)) << each;
  const Checkpoint empty{"o", 0, digest(1)};
  EXPECT_EQ(parseCheckpointText(checkpointText(empty)), empty);
}

TEST(CheckpointText, OnlyAKeyOfItsOriginOpensIt) {
  const Signer signer;
  Signer stranger;
  stranger.name = "example.org/other";
  const std::string noteText = checkpointText({"example.org/log", 5, digest(1)});
  const VerifierKey keys[] = {signer.verifier(), stranger.verifier()};
  const auto opened = openCheckpoint(signer.sign(noteText), keys);
  ASSERT_TRUE(opened) << opened.error();
  EXPECT_EQ(opened->size, 5u);
  EXPECT_FALSE(openCheckpoint(stranger.sign(noteText), keys));
  EXPECT_FALSE(openCheckpoint(signer.sign(noteText), {}));
  EXPECT_FALSE(openCheckpoint(signer.sign("hello\n"), keys));
}

}  // namespace
}  // namespace docket::eventstore::testing
