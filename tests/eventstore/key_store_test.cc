#include "eventstore/key_store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <set>
#include <thread>

#include "eventstore/key_database.h"
#include "eventstore/keys.h"
#include "tests/eventstore/key_testing.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using testing::codeOf;
using testing::filesWith;
using testing::KeyStoreTest;

// A write-ahead log that cannot be flushed: only closing the database flushes one that has nothing
// in it.
class LogThatDoesNotFlush : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  rocksdb::IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::IOError("it does not close");
  }
};
class FilesThatDoNotClose : public rocksdb::FileSystemWrapper {
 public:
  FilesThatDoNotClose() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FilesThatDoNotClose"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    auto made = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (isOn && made.ok() && path.ends_with(".log")) {
      *file = std::make_unique<LogThatDoesNotFlush>(std::move(*file));
    }
    return made;
  }
  bool isOn = false;
};

bool isKey(const SubjectKey& found, const SecretKey& expected) {
  const auto* key = std::get_if<SecretKey>(&found);
  return key != nullptr && *key == expected;
}

TEST_F(KeyStoreTest, AKeyIsMadeOnceAndIsTheSameAfterAReopening) {
  open();
  EXPECT_TRUE(std::holds_alternative<NoKey>(find("anna")));
  const SecretKey anna = ensure("anna");
  const SecretKey ben = ensure("ben");
  EXPECT_FALSE(anna == ben);
  EXPECT_TRUE(ensure("anna") == anna);
  open();
  EXPECT_TRUE(ensure("anna") == anna);
  EXPECT_TRUE(isKey(find("ben"), ben));
  EXPECT_TRUE(std::holds_alternative<NoKey>(find("ann")));
}

TEST_F(KeyStoreTest, ASubjectHasOneTo200Bytes) {
  open();
  for (const std::size_t size : {std::size_t{0}, std::size_t{201}}) {
    const std::string subject(size, 'a');
    EXPECT_EQ(codeOf(store().ensure(subject)), StoreErrorCode::invalid);
    EXPECT_EQ(codeOf(store().find(subject)), StoreErrorCode::invalid);
    const Erasure erasure{subject, {1}};
    EXPECT_EQ(codeOf(store().destroy({&erasure, 1})), StoreErrorCode::invalid);
  }
  ensure(std::string(200, 'a'));
}

TEST_F(KeyStoreTest, TheDataKeyItselfStandsInNoFile) {
  open();
  const SecretKey anna = ensure("anna");
  close();
  EXPECT_THAT(filesWith(keys(), anna.bytes()), ::testing::IsEmpty());
  EXPECT_THAT(filesWith(keys(), wrappedBytes("anna")), ::testing::Not(::testing::IsEmpty()));
}

TEST_F(KeyStoreTest, TwoProcessesMayNotUseIt) {
  open();
  EXPECT_EQ(codeOf(KeyStore::open(options(keys()))), StoreErrorCode::locked);
}

TEST_F(KeyStoreTest, AStoreThatIsNotThereIsNotMadeUnlessAsked) {
  KeyStoreOptions only = options(keys());
  only.create = false;
  EXPECT_EQ(codeOf(KeyStore::open(only)), StoreErrorCode::notFound);
  EXPECT_FALSE(fs::exists(keys()));
}

TEST_F(KeyStoreTest, AMissingMasterKeyFileIsNotMadeAnewBesideKeysThatNeedIt) {
  open();
  ensure("anna");
  close();
  fs::rename(keys() / "master.key", keys() / "elsewhere");
  const auto opened = KeyStore::open(options(keys()));
  EXPECT_EQ(codeOf(opened), StoreErrorCode::keyMissing);
  EXPECT_NE(opened.error().message.find("master.key"), std::string::npos);
  EXPECT_FALSE(fs::exists(keys() / "master.key"));
}

TEST_F(KeyStoreTest, AMasterKeyFileOfAnotherStoreIsRefusedAtOnce) {
  open();
  ensure("anna");
  close();
  fs::remove(keys() / "master.key");
  ASSERT_TRUE(MasterKeyFile::create(keys() / "master.key"));
  EXPECT_EQ(codeOf(KeyStore::open(options(keys()))), StoreErrorCode::keyMissing);
}

TEST_F(KeyStoreTest, AnEntryOfAnotherSubjectDoesNotOpen) {
  open();
  ensure("anna");
  ensure("ben");
  close();
  {
    auto database = KeyDatabase::open(keys() / "subjects", false);
    ASSERT_TRUE(database);
    const auto entry = database->find("anna");
    ASSERT_TRUE(entry && *entry);
    const KeyDatabase::Put swapped{"ben", **entry, false};
    ASSERT_TRUE(database->put({&swapped, 1}, KeyDatabase::Sweep::notNeeded));
  }
  open();
  EXPECT_EQ(codeOf(store().find("ben")), StoreErrorCode::corrupt);
  EXPECT_TRUE(std::holds_alternative<SecretKey>(find("anna")));
}

TEST_F(KeyStoreTest, AnEntryThatIsLostIsMissedByWhoeverWalksThemAll) {
  open();
  for (const char* subject : {"anna", "ben", "carl"}) ensure(subject);
  close();
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, (keys() / "subjects").string(), &opened).ok());
  ASSERT_TRUE(opened->Delete({}, keys::subject("ben")).ok());
  delete opened;
  open();
  EXPECT_EQ(codeOf(store().counts()), StoreErrorCode::corrupt);
  EXPECT_EQ(codeOf(store().subjects()), StoreErrorCode::corrupt);
  // So that no master key is given up that an overlooked entry needs.
  EXPECT_EQ(codeOf(store().rotateMaster(MasterKey::random())), StoreErrorCode::corrupt);
  const auto file = MasterKeyFile::load(keys() / "master.key");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->keys().size(), 2u);
}

TEST_F(KeyStoreTest, EveryChangedBitOfAnEntryIsFound) {
  const MasterKey master = MasterKey::random();
  const SecretKey key = SecretKey::random();
  const std::string right = encodeEntry(wrap(key, "anna", master));
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string wrong = right;
      wrong[i] = static_cast<char>(wrong[i] ^ (1 << bit));
      const auto entry = decodeEntry(wrong);
      if (!entry) continue;
      const auto* wrapped = std::get_if<WrappedKey>(&*entry);
      ASSERT_NE(wrapped, nullptr) << "byte " << i << " bit " << bit;
      if (wrapped->master != master.id) continue;  // a master key that is not in the file
      EXPECT_FALSE(unwrap(*wrapped, "anna", master)) << "byte " << i << " bit " << bit;
    }
  }
  const auto entry = decodeEntry(right);
  ASSERT_TRUE(entry);
  EXPECT_TRUE(unwrap(std::get<WrappedKey>(*entry), "anna", master) == key);
  EXPECT_FALSE(unwrap(std::get<WrappedKey>(*entry), "anna2", master));
  EXPECT_FALSE(decodeEntry(right + "x"));
}

// --- Destroying ----------------------------------------------------------------------------------

TEST_F(KeyStoreTest, ADestroyedKeyIsGoneFromEveryFileAndTheOthersAreNot) {
  open();
  ensure("anna");
  const SecretKey ben = ensure("ben");
  close();
  const auto annaWrapped = wrappedBytes("anna");
  const auto benWrapped = wrappedBytes("ben");
  ASSERT_THAT(filesWith(keys(), annaWrapped), ::testing::Not(::testing::IsEmpty()));

  open();
  destroy("anna", 17);
  // Now, with the store still open, and after closing it.
  EXPECT_THAT(filesWith(keys(), annaWrapped), ::testing::IsEmpty());
  EXPECT_THAT(filesWith(keys(), benWrapped), ::testing::Not(::testing::IsEmpty()));
  close();
  EXPECT_THAT(filesWith(keys(), annaWrapped), ::testing::IsEmpty());

  open();
  const SubjectKey found = find("anna");
  ASSERT_TRUE(std::holds_alternative<KeyDestroyed>(found));
  EXPECT_EQ(std::get<KeyDestroyed>(found).erasedAt.value, 17u);
  EXPECT_TRUE(isKey(find("ben"), ben));
}

TEST_F(KeyStoreTest, AnErasedSubjectGetsNoNewKey) {
  open();
  ensure("anna");
  destroy("anna", 17);
  EXPECT_EQ(codeOf(store().ensure("anna")), StoreErrorCode::erased);
  open();
  EXPECT_EQ(codeOf(store().ensure("anna")), StoreErrorCode::erased);
}

TEST_F(KeyStoreTest, ASubjectWithoutAKeyGetsATombstoneToo) {
  open();
  destroy("nobody", 3);
  EXPECT_EQ(codeOf(store().ensure("nobody")), StoreErrorCode::erased);
  const auto counts = store().counts();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->destroyed, 1u);
}

TEST_F(KeyStoreTest, DestroyingAgainChangesNothing) {
  open();
  ensure("anna");
  destroy("anna", 17);
  std::set<std::string> before;
  for (const auto& entry : fs::directory_iterator(keys() / "subjects")) {
    before.insert(entry.path().filename().string());
  }
  destroy("anna", 99);
  EXPECT_EQ(std::get<KeyDestroyed>(find("anna")).erasedAt.value, 17u);
  std::set<std::string> after;
  for (const auto& entry : fs::directory_iterator(keys() / "subjects")) {
    after.insert(entry.path().filename().string());
  }
  EXPECT_EQ(after, before);  // nothing was compacted either
}

TEST_F(KeyStoreTest, ManyAreDestroyedInOneGo) {
  open();
  std::vector<Erasure> erasures;
  for (std::uint64_t i = 0; i < 50; ++i) {
    ensure("subject-" + std::to_string(i));
    if (i % 2 == 0) erasures.push_back({"subject-" + std::to_string(i), {i}});
  }
  close();
  std::vector<std::vector<std::byte>> wrapped;
  for (const Erasure& erasure : erasures) wrapped.push_back(wrappedBytes(erasure.subject));
  open();
  ASSERT_TRUE(store().destroy(erasures));
  for (const auto& bytes : wrapped) EXPECT_THAT(filesWith(keys(), bytes), ::testing::IsEmpty());
  const auto subjects = store().subjects();
  ASSERT_TRUE(subjects);
  ASSERT_EQ(subjects->size(), 50u);
  for (const SubjectEntry& entry : *subjects) {
    const std::uint64_t number = std::stoull(entry.subject.substr(8));
    EXPECT_EQ(entry.erasedAt.has_value(), number % 2 == 0) << entry.subject;
  }
}

TEST_F(KeyStoreTest, ASubjectNamedTwiceIsOneEntry) {
  open();
  const std::vector<Erasure> erasures{{"nobody", {3}}, {"nobody", {5}}};
  ASSERT_TRUE(store().destroy(erasures));
  EXPECT_EQ(std::get<KeyDestroyed>(find("nobody")).erasedAt.value, 3u);
  const auto counts = store().counts();
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->destroyed, 1u);
}

TEST_F(KeyStoreTest, AnErasureThatACrashInterruptedIsFinishedByTheNextOpening) {
  open();
  ensure("anna");
  ensure("ben");
  close();
  const auto wrapped = wrappedBytes("anna");
  {
    // The tombstone is synced; the process ends before anything is compacted.
    auto database = KeyDatabase::open(keys() / "subjects", false);
    ASSERT_TRUE(database);
    const KeyDatabase::Put put{"anna", Tombstone{{17}}, false};
    ASSERT_TRUE(database->put({&put, 1}, KeyDatabase::Sweep::needed));
  }
  ASSERT_THAT(filesWith(keys(), wrapped), ::testing::Not(::testing::IsEmpty()));
  open();
  EXPECT_THAT(filesWith(keys(), wrapped), ::testing::IsEmpty());
  EXPECT_TRUE(std::holds_alternative<KeyDestroyed>(find("anna")));
  EXPECT_TRUE(std::holds_alternative<SecretKey>(find("ben")));
}

TEST_F(KeyStoreTest, TheSearchFindsAKeyThatIsStillThere) {
  open();
  ensure("anna");
  close();
  const auto wrapped = wrappedBytes("anna");
  auto database = KeyDatabase::open(keys() / "subjects", false);
  ASSERT_TRUE(database);
  const std::vector<std::vector<std::byte>> needles{wrapped};
  EXPECT_EQ(codeOf(database->sweep(needles)), StoreErrorCode::io);
}

TEST_F(KeyStoreTest, ADatabaseThatCouldNotBeClosedIsNotUsedAgain) {
  open();
  ensure("anna");
  close();
  const auto files = std::make_shared<FilesThatDoNotClose>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  {
    auto database = KeyDatabase::open(keys() / "subjects", false, env.get());
    ASSERT_TRUE(database) << database.error().message;
    files->isOn = true;
    const auto swept = database->sweep({});
    ASSERT_FALSE(swept);
    EXPECT_THAT(swept.error().message, ::testing::HasSubstr("cannot close the key store in"));
    const KeyDatabase::Put put{"anna", Tombstone{{17}}, false};
    EXPECT_EQ(codeOf(database->find("anna")), StoreErrorCode::failed);
    EXPECT_EQ(codeOf(database->walk(
                  [](auto, const auto&) -> tl::expected<void, StoreError> { return {}; })),
              StoreErrorCode::failed);
    EXPECT_EQ(codeOf(database->put({&put, 1}, KeyDatabase::Sweep::needed)), StoreErrorCode::failed);
    EXPECT_EQ(codeOf(database->noteMasters({})), StoreErrorCode::failed);
    EXPECT_EQ(codeOf(database->sweep({})), StoreErrorCode::failed);
  }
  open();
  EXPECT_TRUE(std::holds_alternative<SecretKey>(find("anna")));
}

TEST_F(KeyStoreTest, ReadersBesideErasuresSeeEveryKeyOrItsTombstone) {
  open();
  const SecretKey ben = ensure("ben");
  ensure("anna");
  std::thread reader([&] {
    for (int i = 0; i < 500; ++i) {
      EXPECT_TRUE(isKey(find("ben"), ben));
      EXPECT_FALSE(std::holds_alternative<NoKey>(find("anna")));
    }
  });
  destroy("anna", 1);
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::string subject = "subject-" + std::to_string(i);
    ensure(subject);
    destroy(subject, i);
  }
  reader.join();
}

// --- Rotation ------------------------------------------------------------------------------------

class RotationTest : public KeyStoreTest {
 protected:
  static constexpr int kSubjects = 5;  // two a write: three writes

  void SetUp() override {
    open();
    for (int i = 0; i < kSubjects; ++i) keys_.push_back(ensure("subject-" + std::to_string(i)));
    ensure("erased");
    destroy("erased", 9);
  }

  // Every key is what it was, and the erased one is erased.
  void expectAllThere(KeyStore& store) {
    for (int i = 0; i < kSubjects; ++i) {
      const auto found = store.find("subject-" + std::to_string(i));
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_TRUE(isKey(*found, keys_[static_cast<std::size_t>(i)])) << i;
    }
    const auto erased = store.find("erased");
    ASSERT_TRUE(erased) << erased.error().message;
    EXPECT_TRUE(std::holds_alternative<KeyDestroyed>(*erased));
  }

  void expectFinished(KeyStore& store, const MasterKeyId& current, const fs::path& keys) {
    const auto counts = store.counts();
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->toRewrap, 0u);
    EXPECT_EQ(counts->masters, 1u);
    EXPECT_EQ(counts->living, static_cast<std::uint64_t>(kSubjects));
    const auto file = MasterKeyFile::load(keys / "master.key");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->keys().size(), 1u);
    EXPECT_EQ(file->current().id, current);
  }

  std::vector<SecretKey> keys_;
};

TEST_F(RotationTest, AllKeysAreWrappedAnewAndTheOldMasterIsInNoFile) {
  close();
  const auto before = MasterKeyFile::load(keys() / "master.key");
  ASSERT_TRUE(before);
  const auto oldWrapped = wrappedBytes("subject-0");
  open();

  const MasterKey fresh = MasterKey::random();
  const auto report = store().rotateMaster(fresh);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->rewrapped, static_cast<std::uint64_t>(kSubjects));
  EXPECT_EQ(report->mastersRemoved, 1u);
  expectAllThere(store());
  expectFinished(store(), fresh.id, keys());
  EXPECT_THAT(filesWith(keys(), oldWrapped), ::testing::IsEmpty());
  EXPECT_THAT(filesWith(keys(), toHex(before->current().key.bytes().data(), 32)),
              ::testing::IsEmpty());
  // And so it stays.
  open();
  expectAllThere(store());
}

TEST_F(RotationTest, AfterACrashAtAnyStepTheStoreOpensAndTheRotationCanBeFinished) {
  const MasterKey fresh = MasterKey::random();
  std::vector<fs::path> copies;
  std::vector<RotationStep> steps;
  const auto report = store().rotateMaster(fresh, [&](const RotationProgress& progress) {
    const fs::path copy = keys().parent_path() / ("copy-" + std::to_string(copies.size()));
    fs::copy(keys(), copy, fs::copy_options::recursive);
    copies.push_back(copy);
    steps.push_back(progress.step);
    return true;
  });
  ASSERT_TRUE(report) << report.error().message;
  using Step = RotationStep;
  EXPECT_THAT(steps, ::testing::ElementsAre(Step::masterAdded, Step::mastersNoted, Step::rewrapped,
                                            Step::rewrapped, Step::rewrapped, Step::swept,
                                            Step::oldForgotten, Step::oldRemoved));
  for (const fs::path& copy : copies) {
    SCOPED_TRACE(copy);
    auto opened = KeyStore::open(options(copy));
    ASSERT_TRUE(opened) << opened.error().message;
    expectAllThere(**opened);
    const auto finished = (*opened)->finishRotation();
    ASSERT_TRUE(finished) << finished.error().message;
    expectAllThere(**opened);
    expectFinished(**opened, fresh.id, copy);
  }
}

TEST_F(RotationTest, StoppedAtAnyStepItGoesOnWhenRepeated) {
  const MasterKey fresh = MasterKey::random();
  for (int stopAt = 1; stopAt <= 8; ++stopAt) {
    int step = 0;
    const auto stopped =
        store().rotateMaster(fresh, [&](const RotationProgress&) { return ++step < stopAt; });
    if (stopped) break;  // nothing was left to do before the step to stop at
    EXPECT_EQ(stopped.error().code, StoreErrorCode::interrupted);
    expectAllThere(store());
    open();
    expectAllThere(store());
  }
  ASSERT_TRUE(store().rotateMaster(fresh));
  expectAllThere(store());
  expectFinished(store(), fresh.id, keys());
}

TEST_F(RotationTest, KeysMadeInTheMiddleOfARotationSurviveItsEnd) {
  const MasterKey fresh = MasterKey::random();
  ASSERT_FALSE(store().rotateMaster(fresh, [](const RotationProgress& progress) {
    return progress.step != RotationStep::rewrapped;
  }));
  const SecretKey late = ensure("late");
  ASSERT_TRUE(store().finishRotation());
  open();
  EXPECT_TRUE(isKey(find("late"), late));
  expectAllThere(store());
}

TEST_F(RotationTest, ASecondRotationBeforeTheFirstHasEndedLosesNothing) {
  ASSERT_FALSE(store().rotateMaster(MasterKey::random(), [](const RotationProgress& progress) {
    return progress.step != RotationStep::rewrapped;
  }));
  const MasterKey last = MasterKey::random();
  const auto report = store().rotateMaster(last);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->mastersRemoved, 2u);
  expectAllThere(store());
  expectFinished(store(), last.id, keys());
}

TEST_F(RotationTest, AFileThatCannotBeReplacedStopsItBeforeAnythingChanged) {
  fs::create_directory(keys() / "master.key.tmp");  // where the draft would be
  EXPECT_FALSE(store().rotateMaster(MasterKey::random()));
  open();
  expectAllThere(store());
  const auto counts = store().counts();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->toRewrap, 0u);
  EXPECT_EQ(counts->masters, 1u);
}

}  // namespace
}  // namespace docket::eventstore
