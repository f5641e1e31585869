// What the tests of keys share: a key store in a temporary folder, and a search of all its files.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/key_store.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore {

void PrintTo(const SubjectKey& key, std::ostream* out);

namespace testing {

// A random text: it cannot be compressed, so it stands in a file as it is.
std::string randomText(std::size_t size);

// The files below `folder` that hold the first or the second half of `bytes`, as relative paths. (A
// write-ahead log cuts what crosses its blocks in two.)
std::vector<std::string> filesWith(const std::filesystem::path& folder,
                                   std::span<const std::byte> bytes);
std::vector<std::string> filesWith(const std::filesystem::path& folder, std::string_view text);

// The error of what has to fail.
template <class Value>
StoreErrorCode codeOf(const tl::expected<Value, StoreError>& result) {
  EXPECT_FALSE(result);
  return result ? StoreErrorCode::interrupted : result.error().code;
}

class KeyStoreTest : public ::testing::Test {
 protected:
  std::filesystem::path keys() const { return folder_.path() / "keys"; }
  KeyStoreOptions options(const std::filesystem::path& keys) const;
  void open();
  void close() { store_.reset(); }
  KeyStore& store() { return *store_; }

  SecretKey ensure(std::string_view subject);
  SubjectKey find(std::string_view subject);
  void destroy(std::string_view subject, std::uint64_t position);

  // The wrapped bytes of the subject's key, as its entry has them. REQUIRES: the store is closed.
  std::vector<std::byte> wrappedBytes(std::string_view subject) const;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<KeyStore> store_;
};

}  // namespace testing
}  // namespace docket::eventstore
