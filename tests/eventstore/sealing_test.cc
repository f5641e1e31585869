#include "eventstore/sealing.h"

#include <array>

#include "eventstore/bytes.h"
#include "tests/eventstore/key_testing.h"

namespace docket::eventstore {
namespace {

using testing::codeOf;
using testing::filesWith;
using testing::randomText;

const StreamId kTicket{"ticket", "OPS-1"};
const FieldPlace kPlace{kTicket, {3}, "CommentAdded.text"};

std::string openedText(const tl::expected<OpenedText, StoreError>& opened) {
  if (!opened) return "ERROR " + opened.error().message;
  const auto* text = std::get_if<std::string>(&*opened);
  return text != nullptr ? *text : "ERASED";
}

TEST(Sealing, WhatIsSealedOpensWhereItWasSealed) {
  const SubjectKey key = SecretKey::random();
  for (const std::string& text : {std::string(), std::string("Anna called"), randomText(40'000)}) {
    const auto sealed = sealField(std::get<SecretKey>(key), kPlace, text);
    EXPECT_EQ(sealed.size(), text.size() + kSealedFieldOverhead);
    EXPECT_EQ(openedText(openField(key, kPlace, sealed)), text);
  }
}

TEST(Sealing, TheSameTextIsNeverTheSameBytes) {
  const SecretKey key = SecretKey::random();
  EXPECT_NE(sealField(key, kPlace, "Anna"), sealField(key, kPlace, "Anna"));
}

TEST(Sealing, ItOpensNowhereElse) {
  const SubjectKey key = SecretKey::random();
  const auto sealed = sealField(std::get<SecretKey>(key), kPlace, "Anna called");
  const std::vector<FieldPlace> elsewhere = {
      {{"ticket", "OPS-2"}, {3}, "CommentAdded.text"},
      {{"board", "OPS-1"}, {3}, "CommentAdded.text"},
      {{"ticketO", "PS-1"}, {3}, "CommentAdded.text"},  // the same letters, cut elsewhere
      {kTicket, {4}, "CommentAdded.text"},
      {kTicket, {3}, "CommentAdded.tex"},
      {kTicket, {3}, "TicketOpened.title"},
  };
  for (const FieldPlace& place : elsewhere) {
    EXPECT_EQ(codeOf(openField(key, place, sealed)), StoreErrorCode::corrupt) << place.field;
  }
  EXPECT_EQ(codeOf(openField(SubjectKey(SecretKey::random()), kPlace, sealed)),
            StoreErrorCode::corrupt);
}

TEST(Sealing, EveryChangedBitIsFound) {
  const SubjectKey key = SecretKey::random();
  const auto right = sealField(std::get<SecretKey>(key), kPlace, "Anna called");
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto wrong = right;
      wrong[i] ^= static_cast<std::byte>(1 << bit);
      EXPECT_EQ(codeOf(openField(key, kPlace, wrong)),
                i == 0 ? StoreErrorCode::newerFormat : StoreErrorCode::corrupt)
          << "byte " << i << " bit " << bit;
    }
  }
  for (std::size_t size = 0; size < right.size(); ++size) {
    EXPECT_EQ(codeOf(openField(key, kPlace, std::span(right).first(size))), StoreErrorCode::corrupt)
        << size;
  }
  auto longer = right;
  longer.push_back(std::byte{0});
  EXPECT_EQ(codeOf(openField(key, kPlace, longer)), StoreErrorCode::corrupt);
}

TEST(Sealing, ErasedIsAnAnswerAndAMissingKeyIsAFault) {
  const SecretKey key = SecretKey::random();
  const auto sealed = sealField(key, kPlace, "Anna called");
  const auto erased = openField(KeyDestroyed{{17}}, kPlace, sealed);
  ASSERT_TRUE(erased) << erased.error().message;
  ASSERT_TRUE(std::holds_alternative<Erased>(*erased));
  EXPECT_EQ(std::get<Erased>(*erased).erasedAt.value, 17u);
  EXPECT_EQ(codeOf(openField(NoKey{}, kPlace, sealed)), StoreErrorCode::keyMissing);
}

// The bytes are stored: this is what they are, computed by another implementation (Python's
// cryptography, AESGCM) from a fixed key and nonce.
TEST(Sealing, StoredBytesOpenForEver) {
  SecretKey key;
  for (std::size_t i = 0; i < 32; ++i) key.writable()[i] = static_cast<std::byte>(i);
  constexpr std::string_view kHex =
      "016465666768696a6b6c6d6e6f0975b007598a37f252073b55cf72b63cf6ad826792e30803e6d5f1";
  std::array<std::byte, kHex.size() / 2> sealed;
  ASSERT_TRUE(fromHex(kHex, sealed.data(), sealed.size()));
  EXPECT_EQ(openedText(openField(SubjectKey(std::move(key)), kPlace, sealed)), "Anna called");
}

// --- The whole of it, with a real log ------------------------------------------------------------

// Everything of one data directory: the log, its index, the keys.
class ErasureTest : public testing::KeyStoreTest {
 protected:
  struct Person {
    std::string name;
    std::string secret;  // what is sealed about them
    SecretKey key;       // as it was while they were not erased
    std::vector<std::byte> wrapped;
    std::vector<std::uint64_t> versions;
  };

  void SetUp() override {
    openLog();
    open();
    for (const char* name : {"anna", "ben", "carl"}) {
      people_.push_back({name, randomText(64), ensure(name), {}, {}});
    }
    // Their texts and a marker that is not sealed, mixed in one stream.
    for (std::uint64_t version = 0; version < 300; ++version) {
      Person& person = people_[version % people_.size()];
      person.versions.push_back(version);
      append(version, sealField(person.key, placeOf(version), person.secret));
    }
    close();
    for (Person& person : people_) person.wrapped = wrappedBytes(person.name);
  }

  static FieldPlace placeOf(std::uint64_t version) { return {kTicket, {version}, "Note.text"}; }

  std::filesystem::path data() const { return keys().parent_path(); }

  void openLog() {
    log_.reset();
    auto log = Log::open({.directory = data() / "log", .eventsPerIndexing = 100});
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
  }

  void append(std::uint64_t version, const std::vector<std::byte>& sealed) {
    NewEvent noted = testing::event("ticket/OPS-1", "", "Noted");
    noted.payload = sealed;
    noted.payload.insert(noted.payload.end(), asBytes(marker_).begin(), asBytes(marker_).end());
    const Unit unit = testing::unit(version + 1, {noted});
    ASSERT_TRUE(log_->append({&unit, 1}, testing::at(1)).at(0));
  }

  // What everybody's texts open to now.
  std::vector<std::string> replay() {
    std::vector<std::string> texts;
    auto reader = log_->readStream(kTicket);
    for (;;) {
      const auto next = reader.next();
      EXPECT_TRUE(next) << next.error().message;
      if (!next || *next == nullptr) return texts;
      const std::uint64_t version = (*next)->envelope.version.value;
      const auto payload = (*next)->payload;
      texts.push_back(
          openedText(openField(find(people_[version % people_.size()].name), placeOf(version),
                               payload.first(payload.size() - marker_.size()))));
    }
  }

  std::vector<Person> people_;
  std::string marker_ = randomText(64);
  std::unique_ptr<Log> log_;
};

TEST_F(ErasureTest, OfTheErasedNothingIsLeftAndTheProofsStand) {
  using ::testing::IsEmpty;
  using ::testing::Not;
  Person& anna = people_[0];
  const Log::TreeHead before = log_->treeHead();
  const auto leafBefore = log_->treeNode(0, 0);

  open();
  // The search is known to work: it finds what is there, in the log and among the keys.
  ASSERT_THAT(filesWith(data(), marker_), Not(IsEmpty()));
  ASSERT_THAT(filesWith(data(), anna.wrapped), Not(IsEmpty()));
  destroy(anna.name, 300);

  // Opening the log again moves what was in its write-ahead log into tables.
  openLog();
  close();
  log_.reset();
  EXPECT_THAT(filesWith(data(), anna.secret), IsEmpty());
  EXPECT_THAT(filesWith(data(), anna.key.bytes()), IsEmpty());
  EXPECT_THAT(filesWith(data(), toHex(anna.key.bytes().data(), 32)), IsEmpty());
  EXPECT_THAT(filesWith(data(), anna.wrapped), IsEmpty());
  EXPECT_THAT(filesWith(data(), marker_), Not(IsEmpty()));
  EXPECT_THAT(filesWith(data(), people_[1].wrapped), Not(IsEmpty()));

  openLog();
  open();
  EXPECT_EQ(log_->treeHead().root, before.root);
  EXPECT_EQ(log_->treeHead().size, before.size);
  const auto leafAfter = log_->treeNode(0, 0);
  ASSERT_TRUE(leafBefore && leafAfter);
  EXPECT_EQ(*leafAfter, *leafBefore);
  const auto verified = log_->verify();
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->root, before.root);

  const auto texts = replay();
  ASSERT_EQ(texts.size(), 300u);
  for (std::uint64_t version = 0; version < texts.size(); ++version) {
    const Person& person = people_[version % people_.size()];
    EXPECT_EQ(texts[version], person.name == "anna" ? "ERASED" : person.secret) << version;
  }
}

TEST_F(ErasureTest, BeforeAnErasureEverythingOpens) {
  open();
  const auto texts = replay();
  ASSERT_EQ(texts.size(), 300u);
  for (std::uint64_t version = 0; version < texts.size(); ++version) {
    EXPECT_EQ(texts[version], people_[version % people_.size()].secret) << version;
  }
}

TEST_F(ErasureTest, ATextThatWasNotSealedWouldBeFound) {
  append(300, testing::bytes(people_[0].secret));
  open();
  destroy("anna", 301);
  EXPECT_THAT(filesWith(data(), people_[0].secret), ::testing::Not(::testing::IsEmpty()));
}

TEST_F(ErasureTest, SealedBytesOfTheErasedOpenWithNoKeyOfAnother) {
  open();
  destroy("anna", 300);
  auto reader = log_->readStream(kTicket);
  const auto first = reader.next();
  ASSERT_TRUE(first && *first != nullptr);
  const auto payload = (*first)->payload;
  const auto sealed = payload.first(payload.size() - marker_.size());
  EXPECT_EQ(codeOf(openField(find("ben"), placeOf(0), sealed)), StoreErrorCode::corrupt);
}

}  // namespace
}  // namespace docket::eventstore
