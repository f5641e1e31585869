// OpenSSL marks these three functions as deprecated in favour of EVP, whose set-up per message
// makes hashing of short payloads 1.5 to 1.7 times as slow (measured at 65 to 160 bytes). Hashing
// is what bounds a scan of the log, so the direct functions are used, here and nowhere else.
#include "eventstore/sha256.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace docket::eventstore {
namespace {

static_assert(sizeof(Digest::bytes) == SHA256_DIGEST_LENGTH);

Digest finishInto(SHA256_CTX& context) {
  Digest digest;
  SHA256_Final(reinterpret_cast<unsigned char*>(digest.bytes.data()), &context);
  return digest;
}

}  // namespace

Digest sha256(std::span<const std::byte> bytes) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  return finishInto(context);
}

Sha256::Sha256() {
  static_assert(sizeof(SHA256_CTX) == kStateBytes && alignof(SHA256_CTX) <= 8);
  SHA256_Init(reinterpret_cast<SHA256_CTX*>(state_.data()));
}

void Sha256::update(std::span<const std::byte> bytes) {
  SHA256_Update(reinterpret_cast<SHA256_CTX*>(state_.data()), bytes.data(), bytes.size());
}

Digest Sha256::finish() {
  return finishInto(*reinterpret_cast<SHA256_CTX*>(state_.data()));
}

}  // namespace docket::eventstore
