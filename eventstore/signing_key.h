// The key that signs checkpoints, and the keys that once did, as files in DATA/keys:
//
//   signing.pem         the private key, PKCS#8 in PEM, readable by its owner only
//   signing.vkey        its verifier key, one line; holds the name, which is the log's origin
//   next.pem            while a rotation is under way: the key to come
//   retired/<id>.vkey   the verifier key of one that was rotated out, by its key id
//   retired/<id>.checkpoint   the checkpoint that it and its successor have both signed
//
// The name is fixed with the first key: a rotation keeps it. One process at a time may change these
// files (the data directory's lock); a SigningKey is a value, its const methods are thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/ed25519.h"
#include "eventstore/error.h"
#include "eventstore/signed_note.h"

namespace docket::eventstore {

class SigningKey {
 public:
  // Loads the key in `directory`, and ends a rotation that was cut short after its checkpoint.
  // Errors: notFound (there is none, or its making was cut short: create), invalid (others may
  // read it), readOnly (we may not), corrupt (a file is damaged, or the two are not of one key),
  // io.
  [[nodiscard]] static tl::expected<SigningKey, StoreError> load(
      const std::filesystem::path& directory);

  // Makes a key named `name`, or ends the making of one that was cut short. The directory is made
  // too. Errors: invalid (no key name), io. REQUIRES: load said notFound.
  [[nodiscard]] static tl::expected<SigningKey, StoreError> create(
      const std::filesystem::path& directory, std::string_view name);

  // The first step of a rotation: the key to come, made durable. The same one if the step had been
  // taken before. The last step is retireSigningKey.
  [[nodiscard]] static tl::expected<SigningKey, StoreError> prepareNext(
      const std::filesystem::path& directory, std::string_view name);

  const VerifierKey& verifier() const { return verifier_; }

  // The signature line for a note's text.
  std::string sign(std::string_view text) const {
    return signatureLine(text, verifier_.name, key_);
  }

 private:
  SigningKey(std::string name, Ed25519PrivateKey key)
      : key_(std::move(key)), verifier_{std::move(name), key_.publicKey()} {}

  Ed25519PrivateKey key_;
  VerifierKey verifier_;
};

// The last step of a rotation: keeps the verifier key of the old one and `checkpoint`, which both
// have signed; puts the next key in its place; overwrites the old private key.
[[nodiscard]] tl::expected<void, StoreError> retireSigningKey(
    const std::filesystem::path& directory, std::string_view checkpoint);

// The verifier key that signs now, then the retired ones. None without any key. Errors: corrupt,
// io.
[[nodiscard]] tl::expected<std::vector<VerifierKey>, StoreError> loadVerifierKeys(
    const std::filesystem::path& directory);

}  // namespace docket::eventstore
