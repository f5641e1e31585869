// Signed notes and verifier keys (C2SP signed-note), with Ed25519 signatures.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/verify/problem.h"

namespace docket::client::verify {

inline constexpr std::size_t kNoteBytesMax = 16 * 1024;

// "<name>+<8 hexadecimal digits of the key id>+<base64 of 0x01 and the public key>".
struct VerifierKey {
  std::string name;
  std::array<char, 4> id{};
  std::array<char, 32> publicKey{};
  std::string text() const;  // "name+1a2b3c4d", enough to tell it from others
};

// Errors: usage; the sentence says which part is wrong.
Result<VerifierKey> parseVerifierKey(std::string_view written);
// A key as it is written on the command line: itself, or the name of a file that holds it in a
// line.
Result<VerifierKey> verifierKeyFrom(const std::string& keyOrFile);

struct OpenedNote {
  std::string text;                   // with its last line feed
  std::vector<VerifierKey> signedBy;  // those of the known keys whose signature is there and right
};

// Takes a note apart and checks its signatures. Signatures by other keys are passed over; a wrong
// one by a known key breaks the note. Without known keys none is looked at. `source` names the
// note.
Result<OpenedNote> openNote(std::string_view note, std::span<const VerifierKey> known,
                            const std::string& source);

}  // namespace docket::client::verify
