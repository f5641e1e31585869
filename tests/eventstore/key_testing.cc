#include "tests/eventstore/key_testing.h"

#include <fstream>
#include <ostream>

#include "eventstore/bytes.h"
#include "eventstore/key_database.h"

namespace docket::eventstore {

void PrintTo(const SubjectKey& key, std::ostream* out) {
  if (const auto* destroyed = std::get_if<KeyDestroyed>(&key)) {
    *out << "destroyed at " << destroyed->erasedAt.value;
  } else {
    *out << (std::holds_alternative<NoKey>(key) ? "no key" : "a key");
  }
}

namespace testing {

namespace fs = std::filesystem;

std::string randomText(std::size_t size) {
  std::string text(size, '\0');
  fillRandom(std::as_writable_bytes(std::span(text)));
  return text;
}

std::vector<std::string> filesWith(const fs::path& folder, std::string_view text) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    EXPECT_TRUE(file) << entry.path();
    const std::string content((std::istreambuf_iterator<char>(file)), {});
    const auto holds = [&](std::string_view part) {
      return content.find(part) != std::string::npos;
    };
    if (holds(text.substr(0, text.size() / 2)) || holds(text.substr(text.size() / 2))) {
      found.push_back(fs::relative(entry.path(), folder).string());
    }
  }
  return found;
}

std::vector<std::string> filesWith(const fs::path& folder, std::span<const std::byte> bytes) {
  return filesWith(folder, asText(bytes));
}

KeyStoreOptions KeyStoreTest::options(const fs::path& keys) const {
  return {.directory = keys / "subjects",
          .masterKeyFile = keys / "master.key",
          .create = true,
          .keysPerRewrapping = 2};
}

void KeyStoreTest::open() {
  store_.reset();
  auto opened = KeyStore::open(options(keys()));
  ASSERT_TRUE(opened) << opened.error().message;
  store_ = std::move(*opened);
}

SecretKey KeyStoreTest::ensure(std::string_view subject) {
  auto key = store_->ensure(subject);
  EXPECT_TRUE(key) << key.error().message;
  return key ? std::move(*key) : SecretKey();
}

SubjectKey KeyStoreTest::find(std::string_view subject) {
  auto found = store_->find(subject);
  EXPECT_TRUE(found) << found.error().message;
  return found ? std::move(*found) : SubjectKey();
}

void KeyStoreTest::destroy(std::string_view subject, std::uint64_t position) {
  const Erasure erasure{std::string(subject), {position}};
  const auto destroyed = store_->destroy({&erasure, 1});
  ASSERT_TRUE(destroyed) << destroyed.error().message;
}

std::vector<std::byte> KeyStoreTest::wrappedBytes(std::string_view subject) const {
  const auto database = KeyDatabase::open(keys() / "subjects", false);
  EXPECT_TRUE(database) << database.error().message;
  const auto entry = database->find(subject);
  EXPECT_TRUE(entry && *entry);
  const auto bytes = std::get<WrappedKey>(**entry).keyBytes();
  return {bytes.begin(), bytes.end()};
}

}  // namespace testing
}  // namespace docket::eventstore
