// A signing key that everyone knows, so that a corpus can hold signatures that are right. No log
// has it.
#pragma once

#include "client/verify/note.h"
#include "eventstore/ed25519.h"
#include "eventstore/signed_note.h"

namespace docket::fuzz {

inline const eventstore::Ed25519PrivateKey& fixedKey() {
  static const eventstore::Ed25519PrivateKey key =
      eventstore::Ed25519PrivateKey::fromPem(
          "-----BEGIN PRIVATE KEY-----\n"
          "MC4CAQAwBQYDK2VwBCIEIGEga2V5IGZvciB0ZXN0cyBhbmQgb2Ygbm8gbG9nLi4u\n"
          "-----END PRIVATE KEY-----\n")
          .value();
  return key;
}

inline const eventstore::VerifierKey& fixedVerifier() {
  static const eventstore::VerifierKey key{"fuzz.invalid/log", fixedKey().publicKey()};
  return key;
}

// The same as the auditor's program reads it.
inline const client::verify::VerifierKey& auditorsKey() {
  static const client::verify::VerifierKey key =
      client::verify::parseVerifierKey(eventstore::toText(fixedVerifier())).value();
  return key;
}

// `text` as a note that the fixed key has signed.
inline std::string signedByFixedKey(const std::string& text) {
  return text + "\n" + eventstore::signatureLine(text, fixedVerifier().name, fixedKey());
}

}  // namespace docket::fuzz
