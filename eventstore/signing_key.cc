#include "eventstore/signing_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "eventstore/files.h"
#include "eventstore/private_file.h"
#include "eventstore/secret.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxKeyFileBytes = 4096;

using Done = tl::expected<void, StoreError>;

fs::path pemOf(const fs::path& directory) {
  return directory / "signing.pem";
}
fs::path vkeyOf(const fs::path& directory) {
  return directory / "signing.vkey";
}
fs::path nextOf(const fs::path& directory) {
  return directory / "next.pem";
}
fs::path retiredOf(const fs::path& directory) {
  return directory / "retired";
}

bool isThere(const fs::path& path) {
  struct stat status;
  return ::lstat(path.c_str(), &status) == 0;
}

tl::unexpected<StoreError> damaged(const fs::path& path, std::string_view what) {
  return tl::unexpected(
      StoreError{StoreErrorCode::corrupt, path.string() + ": " + std::string(what)});
}

// DATA/keys is nobody else's business.
Done makePrivateDirectory(const fs::path& directory) {
  if (isThere(directory)) return {};
  if (auto made = makeDirectory(directory.parent_path()); !made) return made;
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return tl::unexpected(systemError(errno, "cannot make the directory", directory));
  }
  return syncDirectory(directory.parent_path());
}

tl::expected<Ed25519PrivateKey, StoreError> readPrivateKey(const fs::path& path) {
  auto pem = readPrivateFile(path, kMaxKeyFileBytes);
  if (!pem) return tl::unexpected(pem.error());
  const Wiped atTheEnd(*pem);
  auto key = Ed25519PrivateKey::fromPem(*pem);
  if (!key) return damaged(path, "it is no Ed25519 private key in PEM");
  return std::move(*key);
}

tl::expected<VerifierKey, StoreError> readVerifierKey(const fs::path& path) {
  auto text = readSmallFile(path, kMaxKeyFileBytes);
  if (!text) return tl::unexpected(text.error());
  if (text->empty() || text->back() != '\n') return damaged(path, "it is not one whole line");
  text->pop_back();
  auto key = parseVerifierKey(*text);
  if (!key) return damaged(path, key.error());
  return std::move(*key);
}

Done writeVerifierKey(const fs::path& path, const VerifierKey& key) {
  return replaceFile(path, toText(key) + "\n");
}

// Puts `fresh` in the place of `old`, and zeros where the old one was. A disk may keep the bytes
// all the same (journals, wear levelling): a rotation limits what a stolen key can sign from now
// on, not what was signed before.
Done replacePrivateKey(const fs::path& old, const fs::path& fresh) {
  struct stat status {};
  const FileDescriptor file(::open(old.c_str(), O_WRONLY | O_CLOEXEC));
  if (file && ::fstat(file.number(), &status) != 0) status.st_size = 0;
  if (::rename(fresh.c_str(), old.c_str()) != 0) {
    return tl::unexpected(systemError(errno, "cannot replace", old));
  }
  if (auto synced = syncDirectory(old.parent_path()); !synced) return synced;
  const std::string zeros(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)), '\0');
  if (file &&
      (::pwrite(file.number(), zeros.data(), zeros.size(), 0) < 0 || ::fsync(file.number()) != 0)) {
    return tl::unexpected(systemError(errno, "cannot overwrite the old key of", old));
  }
  return {};
}

}  // namespace

tl::expected<SigningKey, StoreError> SigningKey::load(const fs::path& directory) {
  const fs::path vkeyPath = vkeyOf(directory);
  const fs::path pemPath = pemOf(directory);
  if (!isThere(vkeyPath)) {
    return tl::unexpected(
        StoreError{StoreErrorCode::notFound, "there is no signing key in " + directory.string()});
  }
  if (!isThere(pemPath)) {
    return damaged(pemPath, "the private key is missing, and its verifier key is there");
  }
  const auto vkey = readVerifierKey(vkeyPath);
  if (!vkey) return tl::unexpected(vkey.error());
  auto key = readPrivateKey(pemPath);
  if (!key) return tl::unexpected(key.error());
  SigningKey loaded(vkey->name, std::move(*key));
  if (loaded.verifier() == *vkey) return loaded;
  // A rotation puts the new private key in place before the new verifier key.
  if (!isThere(retiredOf(directory) / (keyIdText(*vkey) + ".vkey"))) {
    return damaged(pemPath, "the private key is not that of signing.vkey beside it");
  }
  if (auto written = writeVerifierKey(vkeyPath, loaded.verifier()); !written) {
    return tl::unexpected(written.error());
  }
  return loaded;
}

tl::expected<SigningKey, StoreError> SigningKey::create(const fs::path& directory,
                                                        std::string_view name) {
  if (!isKeyName(name)) {
    return tl::unexpected(
        StoreError{StoreErrorCode::invalid,
                   "the origin " + std::string(name) +
                       " cannot name a key: 1 to 200 printable ASCII characters, no space, no +"});
  }
  if (auto made = makePrivateDirectory(directory); !made) return tl::unexpected(made.error());
  const fs::path pemPath = pemOf(directory);
  if (!isThere(pemPath)) {
    std::string pem = Ed25519PrivateKey::generate().toPem();
    const Wiped atTheEnd(pem);
    if (auto written = replacePrivateFile(pemPath, pem); !written) {
      return tl::unexpected(written.error());
    }
  }
  auto key = readPrivateKey(pemPath);
  if (!key) return tl::unexpected(key.error());
  SigningKey created(std::string(name), std::move(*key));
  if (auto written = writeVerifierKey(vkeyOf(directory), created.verifier()); !written) {
    return tl::unexpected(written.error());
  }
  return created;
}

tl::expected<SigningKey, StoreError> SigningKey::prepareNext(const fs::path& directory,
                                                             std::string_view name) {
  if (auto made = makePrivateDirectory(directory); !made) return tl::unexpected(made.error());
  const fs::path path = nextOf(directory);
  if (!isThere(path)) {
    std::string pem = Ed25519PrivateKey::generate().toPem();
    const Wiped atTheEnd(pem);
    if (auto written = replacePrivateFile(path, pem); !written) {
      return tl::unexpected(written.error());
    }
  }
  auto key = readPrivateKey(path);
  if (!key) return tl::unexpected(key.error());
  return SigningKey(std::string(name), std::move(*key));
}

tl::expected<void, StoreError> retireSigningKey(const fs::path& directory,
                                                std::string_view checkpoint) {
  const auto old = readVerifierKey(vkeyOf(directory));
  if (!old) return tl::unexpected(old.error());
  const fs::path retired = retiredOf(directory);
  if (auto made = makePrivateDirectory(retired); !made) return made;
  const fs::path stem = retired / keyIdText(*old);
  if (auto kept = replaceFile(stem.string() + ".checkpoint", checkpoint); !kept) return kept;
  if (auto kept = writeVerifierKey(stem.string() + ".vkey", *old); !kept) return kept;
  if (auto replaced = replacePrivateKey(pemOf(directory), nextOf(directory)); !replaced) {
    return replaced;
  }
  const auto loaded = SigningKey::load(directory);  // which writes the new verifier key
  if (!loaded) return tl::unexpected(loaded.error());
  return {};
}

tl::expected<std::vector<VerifierKey>, StoreError> loadVerifierKeys(const fs::path& directory) {
  std::vector<VerifierKey> keys;
  const auto add = [&keys](const fs::path& path) -> Done {
    auto key = readVerifierKey(path);
    if (!key) return tl::unexpected(key.error());
    if (std::find(keys.begin(), keys.end(), *key) == keys.end()) keys.push_back(std::move(*key));
    return {};
  };
  if (isThere(vkeyOf(directory))) {
    if (auto added = add(vkeyOf(directory)); !added) return tl::unexpected(added.error());
  }
  std::error_code error;
  std::vector<fs::path> paths;
  fs::directory_iterator entry(retiredOf(directory), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".vkey") paths.push_back(entry->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return tl::unexpected(systemError(error.value(), "cannot read", retiredOf(directory)));
  }
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    if (auto added = add(path); !added) return tl::unexpected(added.error());
  }
  return keys;
}

}  // namespace docket::eventstore
