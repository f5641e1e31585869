#include "eventstore/ed25519.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdlib>

namespace docket::eventstore {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}
unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

// What can only fail for want of memory or of randomness: nothing that follows could be trusted.
void require(bool good) {
  if (!good) std::abort();
}

// There is no password, and nobody to ask for one.
int noPassword(char*, int, int, void*) {
  return -1;
}

}  // namespace

void Ed25519PrivateKey::Free::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

Ed25519PrivateKey Ed25519PrivateKey::generate() {
  Handle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  require(key != nullptr);
  return Ed25519PrivateKey(std::move(key));
}

std::optional<Ed25519PrivateKey> Ed25519PrivateKey::fromPem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  require(bio != nullptr);
  Handle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &noPassword, nullptr));
  ERR_clear_error();
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) return std::nullopt;
  return Ed25519PrivateKey(std::move(key));
}

std::string Ed25519PrivateKey::toPem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr);
  require(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Ed25519PublicKey Ed25519PrivateKey::publicKey() const {
  Ed25519PublicKey key;
  std::size_t size = key.size();
  require(EVP_PKEY_get_raw_public_key(key_.get(), raw(key.data()), &size) == 1);
  require(size == key.size());
  return key;
}

Ed25519Signature Ed25519PrivateKey::sign(std::span<const std::byte> message) const {
  Ed25519Signature signature;
  std::size_t size = signature.size();
  const Context context(EVP_MD_CTX_new());
  require(context != nullptr);
  require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  require(EVP_DigestSign(context.get(), raw(signature.data()), &size, raw(message.data()),
                         message.size()) == 1);
  require(size == signature.size());
  return signature;
}

bool verifyEd25519(const Ed25519PublicKey& key, std::span<const std::byte> message,
                   std::span<const std::byte> signature) {
  if (signature.size() != sizeof(Ed25519Signature)) return false;
  EVP_PKEY* handle =
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key.data()), key.size());
  const Context context(EVP_MD_CTX_new());
  const bool good = handle != nullptr && context != nullptr &&
                    EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle) == 1 &&
                    EVP_DigestVerify(context.get(), raw(signature.data()), signature.size(),
                                     raw(message.data()), message.size()) == 1;
  EVP_PKEY_free(handle);
  ERR_clear_error();
  return good;
}

}  // namespace docket::eventstore
