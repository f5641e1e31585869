// The file with the master keys: under them the data key of every subject is wrapped. Whoever has
// this file and the key store can read everything that is sealed, so it belongs on another medium
// than the data, and into another backup.
//
//   docket master keys 1
//   key <id, 16 hexadecimal digits> <key, 64 hexadecimal digits>      the current one first
//   sum <SHA-256 of the lines above, 64 hexadecimal digits>
//
// More than one key stands in it only while a rotation is under way. docs/FORMATS.md has the bytes.
//
// Threads: const methods from any thread, the others from one.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/error.h"
#include "eventstore/secret.h"

namespace docket::eventstore {

// The beginning of a hash of the key: tells keys apart, and a damaged key from its id.
struct MasterKeyId {
  std::array<std::byte, 8> bytes{};
  auto operator<=>(const MasterKeyId&) const = default;
};

struct MasterKey {
  MasterKeyId id;
  SecretKey key;

  static MasterKey of(SecretKey key);
  static MasterKey random() { return of(SecretKey::random()); }
};

class MasterKeyFile {
 public:
  // Errors: notFound, invalid (others may read it), corrupt (its sum or a key's id does not match),
  // newerFormat, readOnly, io.
  [[nodiscard]] static tl::expected<MasterKeyFile, StoreError> load(
      const std::filesystem::path& path);
  // Makes the file, and its folder, with one key drawn at random. Errors: invalid (there is such a
  // file), readOnly, io.
  [[nodiscard]] static tl::expected<MasterKeyFile, StoreError> create(
      const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const MasterKey& current() const { return keys_.front(); }
  const MasterKey* find(const MasterKeyId& id) const;  // null: it is not in the file
  const std::vector<MasterKey>& keys() const { return keys_; }

  // Puts `key` first, durably; the others stay. No change if it is first already. Errors: invalid
  // (the file is full: a rotation has to be finished first), readOnly, io.
  [[nodiscard]] tl::expected<void, StoreError> makeCurrent(const MasterKey& key);
  // Takes out, durably, all but the first.
  [[nodiscard]] tl::expected<void, StoreError> keepOnlyCurrent();

 private:
  MasterKeyFile(std::filesystem::path path, std::vector<MasterKey> keys)
      : path_(std::move(path)), keys_(std::move(keys)) {}
  tl::expected<void, StoreError> store(std::vector<MasterKey> keys);

  std::filesystem::path path_;
  std::vector<MasterKey> keys_;  // never empty
};

}  // namespace docket::eventstore
