// Ed25519 (RFC 8032), by OpenSSL. The one place that calls it for signatures.
//
// A private key is a value that is moved, never copied; const methods are thread-safe.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace docket::eventstore {

using Ed25519PublicKey = std::array<std::byte, 32>;
using Ed25519Signature = std::array<std::byte, 64>;

class Ed25519PrivateKey {
 public:
  static Ed25519PrivateKey generate();

  // From PKCS#8 in PEM without a password; none if it is anything else, or a key of another kind.
  static std::optional<Ed25519PrivateKey> fromPem(std::string_view pem);
  std::string toPem() const;

  Ed25519PublicKey publicKey() const;
  Ed25519Signature sign(std::span<const std::byte> message) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const;
  };
  using Handle = std::unique_ptr<EVP_PKEY, Free>;
  explicit Ed25519PrivateKey(Handle key) : key_(std::move(key)) {}
  Handle key_;
};

[[nodiscard]] bool verifyEd25519(const Ed25519PublicKey& key, std::span<const std::byte> message,
                                 std::span<const std::byte> signature);

}  // namespace docket::eventstore
