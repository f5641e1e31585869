#include "eventstore/signed_note.h"

#include <algorithm>
#include <optional>

#include "eventstore/base64.h"
#include "eventstore/bytes.h"
#include "eventstore/sha256.h"

namespace docket::eventstore {
namespace {

constexpr std::byte kEd25519Algorithm{1};
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kMaxKeyNameBytes = 200;
constexpr std::string_view kSignatureMark = "\u2014 ";

tl::unexpected<std::string> refuse(std::string_view what) {
  return tl::unexpected(std::string(what));
}

std::uint32_t bigEndian32(const std::byte* in) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kKeyIdBytes; ++i)
    value = value << 8 | std::to_integer<unsigned>(in[i]);
  return value;
}

std::vector<std::byte> algorithmAndKey(const VerifierKey& key) {
  std::vector<std::byte> bytes{kEd25519Algorithm};
  bytes.insert(bytes.end(), key.publicKey.begin(), key.publicKey.end());
  return bytes;
}

// How many bytes the character that `text` begins with has in UTF-8 (RFC 3629); 0 if it begins with
// none: overlong forms, surrogates and what is above U+10FFFF are no characters.
std::size_t characterBytes(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = at(1);
  const bool valid = (lead != 0xe0 || second >= 0xa0) && (lead != 0xed || second < 0xa0) &&
                     (lead != 0xf0 || second >= 0x90) && (lead != 0xf4 || second < 0x90);
  return valid ? bytes : 0;
}

// UTF-8 with, line feeds aside, nothing below U+0020.
bool isNoteText(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20 && first != '\n') return false;
    const std::size_t bytes = characterBytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

// `— <name> <base64>`, without the line feed.
std::optional<NoteSignature> parseSignatureLine(std::string_view line) {
  if (!line.starts_with(kSignatureMark)) return std::nullopt;
  line.remove_prefix(kSignatureMark.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0) return std::nullopt;
  const std::string_view name = line.substr(0, space);
  if (name.find('+') != std::string_view::npos) return std::nullopt;
  const auto bytes = fromBase64(line.substr(space + 1));
  if (!bytes || bytes->size() <= kKeyIdBytes) return std::nullopt;
  return NoteSignature{
      std::string(name), bigEndian32(bytes->data()), {bytes->begin() + kKeyIdBytes, bytes->end()}};
}

}  // namespace

bool isKeyName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxKeyNameBytes &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c <= '~' && c != '+'; });
}

std::uint32_t keyId(const VerifierKey& key) {
  Sha256 hash;
  hash.update(asBytes(key.name));
  hash.update(std::byte{'\n'});
  hash.update(algorithmAndKey(key));
  return bigEndian32(hash.finish().bytes.data());
}

std::string keyIdText(const VerifierKey& key) {
  std::byte id[kKeyIdBytes];
  putBigEndian32(id, keyId(key));
  return toHex(id, kKeyIdBytes);
}

std::string toText(const VerifierKey& key) {
  return key.name + "+" + keyIdText(key) + "+" + toBase64(algorithmAndKey(key));
}

tl::expected<VerifierKey, std::string> parseVerifierKey(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return refuse("it is no verifier key: <name>+<key id>+<base64> is the form");
  }
  VerifierKey key;
  key.name = text.substr(0, first);
  if (!isKeyName(key.name)) return refuse("the name of the verifier key is not one");
  const auto bytes = fromBase64(text.substr(second + 1));
  if (!bytes || bytes->size() != 1 + key.publicKey.size() || bytes->front() != kEd25519Algorithm) {
    return refuse("the verifier key holds no Ed25519 key in base64");
  }
  std::copy(bytes->begin() + 1, bytes->end(), key.publicKey.begin());
  if (text.substr(first + 1, second - first - 1) != keyIdText(key)) {
    return refuse("the key id in the verifier key is not that of its name and key");
  }
  return key;
}

tl::expected<SignedNote, std::string> parseNote(std::string_view note) {
  if (note.size() > kMaxNoteBytes) return refuse("the note is longer than 16 KiB");
  if (!isNoteText(note)) return refuse("the note holds control characters or is not UTF-8");
  const std::size_t split = note.rfind("\n\n");
  if (split == std::string_view::npos) return refuse("the note has no signatures");
  SignedNote parsed;
  parsed.text = note.substr(0, split + 1);
  std::string_view lines = note.substr(split + 2);
  if (lines.empty()) return refuse("the note has no signatures");
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) return refuse("the note does not end with a line feed");
    auto signature = parseSignatureLine(lines.substr(0, end));
    if (!signature) return refuse("a signature line of the note is malformed");
    if (parsed.signatures.size() == kMaxNoteSignatures) {
      return refuse("the note has more than 64 signatures");
    }
    parsed.signatures.push_back(std::move(*signature));
    lines.remove_prefix(end + 1);
  }
  return parsed;
}

tl::expected<std::size_t, std::string> countSigners(const SignedNote& note,
                                                    std::span<const VerifierKey> keys) {
  std::size_t signers = 0;
  for (const VerifierKey& key : keys) {
    bool signedByIt = false;
    for (const NoteSignature& signature : note.signatures) {
      if (signature.name != key.name || signature.keyId != keyId(key)) continue;
      if (!verifyEd25519(key.publicKey, asBytes(note.text), signature.bytes)) {
        return refuse("the signature of " + key.name + " (key " + keyIdText(key) + ") is wrong");
      }
      signedByIt = true;
    }
    signers += signedByIt ? 1 : 0;
  }
  return signers;
}

std::string signatureLine(std::string_view text, std::string_view name,
                          const Ed25519PrivateKey& key) {
  const Ed25519Signature signature = key.sign(asBytes(text));
  std::vector<std::byte> bytes(kKeyIdBytes);
  putBigEndian32(bytes.data(), keyId({std::string(name), key.publicKey()}));
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return std::string(kSignatureMark) + std::string(name) + " " + toBase64(bytes) + "\n";
}

}  // namespace docket::eventstore
