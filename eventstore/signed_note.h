// Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature; and the
// keys that verify them.
//
//   <text, each line ended by a line feed>
//
//   — <key name> <base64 of 4 bytes of key id and the signature>
//
// Pure functions over plain values. A refusal is a few words on what is wrong, to stand after what
// the bytes came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "eventstore/ed25519.h"

namespace docket::eventstore {

inline constexpr std::size_t kMaxNoteBytes = 16 * 1024;
inline constexpr std::size_t kMaxNoteSignatures = 64;

// Who signs: the name that stands in the note, and the key.
struct VerifierKey {
  std::string name;  // not empty; no white space, no `+`
  Ed25519PublicKey publicKey;

  bool operator==(const VerifierKey&) const = default;
};

// Whether `name` can stand in a verifier key and a signature line: printable ASCII without space
// and `+`, at most 200 bytes.
bool isKeyName(std::string_view name);

// The first four bytes of SHA-256 over the name, a line feed, a byte 1 (Ed25519) and the key.
std::uint32_t keyId(const VerifierKey& key);
// Eight hexadecimal digits.
std::string keyIdText(const VerifierKey& key);

// `<name>+<key id in hexadecimal>+<base64 of a byte 1 and the key>`, and back.
std::string toText(const VerifierKey& key);
[[nodiscard]] tl::expected<VerifierKey, std::string> parseVerifierKey(std::string_view text);

struct NoteSignature {
  std::string name;
  std::uint32_t keyId;
  std::vector<std::byte> bytes;
};

struct SignedNote {
  std::string text;  // ends with a line feed
  std::vector<NoteSignature> signatures;
};

// Takes a note apart. Checks its form only; see countSigners.
[[nodiscard]] tl::expected<SignedNote, std::string> parseNote(std::string_view note);

// How many of `keys` have signed the note. Signatures of other keys are ignored; a wrong signature
// of one of these keys refuses the note.
[[nodiscard]] tl::expected<std::size_t, std::string> countSigners(
    const SignedNote& note, std::span<const VerifierKey> keys);

// The line of one signature, its line feed included. REQUIRES: `text` ends with a line feed.
std::string signatureLine(std::string_view text, std::string_view name,
                          const Ed25519PrivateKey& key);

}  // namespace docket::eventstore
