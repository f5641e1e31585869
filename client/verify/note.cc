#include "client/verify/note.h"

#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "client/verify/base64.h"
#include "client/verify/file.h"
#include "client/verify/merkle.h"
#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

constexpr std::string_view kSignatureMark = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr char kEd25519 = 1;
constexpr std::size_t kSignatureBytes = 64;

const unsigned char* unsignedBytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::array<char, 4> keyIdOf(std::string_view name, std::string_view typedKey) {
  const Digest hash = sha256({name, "\n", typedKey});
  std::array<char, 4> id{};
  std::copy_n(hash.bytes.begin(), id.size(), id.begin());
  return id;
}

bool signatureHolds(const VerifierKey& key, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> publicKey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                  unsignedBytes({key.publicKey.data(), key.publicKey.size()}),
                                  key.publicKey.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  return publicKey && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, publicKey.get()) == 1 &&
         EVP_DigestVerify(context.get(), unsignedBytes(signature), signature.size(),
                          unsignedBytes(text), text.size()) == 1;
}

struct SignatureLine {
  std::string_view name;
  std::string bytes;  // 4 of the key's id, then the signature
};

Result<SignatureLine> parseSignatureLine(std::string_view line, const std::string& source) {
  const auto refuse = [&](std::string_view why) {
    return broken(source + " has the signature line \"" + visible(line.substr(0, 200)) +
                  "\", which " + std::string(why));
  };
  if (!line.starts_with(kSignatureMark)) return refuse("does not begin with a dash and a space");
  line.remove_prefix(kSignatureMark.size());
  const std::size_t space = line.find(' ');
  if (space == 0 || space == line.npos) return refuse("is not a name, a space and a signature");
  auto bytes = fromBase64(line.substr(space + 1));
  if (!bytes) return refuse("is not in canonical base64");
  if (bytes->size() < 5) return refuse("is too short for a key id and a signature");
  return SignatureLine{line.substr(0, space), std::move(*bytes)};
}

}  // namespace

std::string VerifierKey::text() const {
  return name + "+" + toHex({id.data(), id.size()});
}

Result<VerifierKey> parseVerifierKey(std::string_view written) {
  const auto refuse = [&](std::string_view why) {
    return wrongUsage("the key \"" + visible(written.substr(0, 200)) + "\" " + std::string(why));
  };
  const std::size_t first = written.find('+');
  const std::size_t second = first == written.npos ? first : written.find('+', first + 1);
  if (second == written.npos) {
    return refuse("is neither a file nor a verifier key of the form NAME+ID+KEY");
  }
  VerifierKey key;
  key.name = written.substr(0, first);
  if (key.name.empty() || !isNoteText(key.name) || key.name.find_first_of(" \n") != key.name.npos) {
    return refuse("has no name, or one with a space in it");
  }
  const auto id = fromHex(written.substr(first + 1, second - first - 1));
  if (!id || id->size() != key.id.size()) return refuse("has no id of 8 hexadecimal digits");
  const auto typed = fromBase64(written.substr(second + 1));
  if (!typed) return refuse("does not end with canonical base64");
  if (typed->size() != 1 + key.publicKey.size() || typed->front() != kEd25519) {
    return refuse("is not an Ed25519 key");
  }
  std::copy_n(id->begin(), key.id.size(), key.id.begin());
  std::copy_n(typed->begin() + 1, key.publicKey.size(), key.publicKey.begin());
  if (keyIdOf(key.name, *typed) != key.id) {
    return refuse("has an id that is not that of its name and public key");
  }
  return key;
}

Result<VerifierKey> verifierKeyFrom(const std::string& keyOrFile) {
  auto itself = parseVerifierKey(keyOrFile);
  std::error_code error;
  if (itself || !std::filesystem::exists(keyOrFile, error)) return itself;
  auto content = readFile(keyOrFile, kNoteBytesMax);
  if (!content) return tl::make_unexpected(content.error());
  std::string_view line = *content;
  if (line.ends_with('\n')) line.remove_suffix(1);
  return parseVerifierKey(line);
}

Result<OpenedNote> openNote(std::string_view note, std::span<const VerifierKey> known,
                            const std::string& source) {
  if (note.size() > kNoteBytesMax) return broken(source + " is longer than 16 KiB");
  if (!isNoteText(note)) return broken(source + " holds bytes that no signed note may hold");
  const std::size_t split = note.rfind("\n\n");
  if (split == note.npos) return broken(source + " is no signed note: it has no empty line");
  OpenedNote opened;
  opened.text = note.substr(0, split + 1);
  const auto lines = linesOf(note.substr(split + 2));
  if (!lines) return broken(source + " is no signed note: it ends before or within a signature");
  for (const std::string_view line : *lines) {
    auto signature = parseSignatureLine(line, source);
    if (!signature) return tl::make_unexpected(signature.error());
    const auto key = std::find_if(known.begin(), known.end(), [&](const VerifierKey& k) {
      return k.name == signature->name &&
             signature->bytes.starts_with(std::string_view(k.id.data(), k.id.size()));
    });
    if (key == known.end()) continue;
    const std::string_view bytes = std::string_view(signature->bytes).substr(key->id.size());
    if (bytes.size() != kSignatureBytes || !signatureHolds(*key, opened.text, bytes)) {
      return broken(source + " has a wrong signature by " + visible(key->text()) +
                    ": it was changed, or signed with another key");
    }
    opened.signedBy.push_back(*key);
  }
  if (!known.empty() && opened.signedBy.empty()) {
    return broken(source + " is not signed by any of the keys that were given");
  }
  return opened;
}

}  // namespace docket::client::verify
