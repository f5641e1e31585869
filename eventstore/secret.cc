#include "eventstore/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace docket::eventstore {
namespace {

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* in(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
int length(std::span<const std::byte> bytes) {
  return static_cast<int>(bytes.size());
}

// OpenSSL fails here only without memory or without its own cipher.
void require(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "docket: %s failed; going on would risk a secret\n", what);
  std::abort();
}

Cipher newCipher() {
  Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  require(cipher != nullptr, "making a cipher");
  return cipher;
}

}  // namespace

void wipe(std::span<std::byte> bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

void fillRandom(std::span<std::byte> bytes) {
  require(RAND_bytes(out(bytes), length(bytes)) == 1, "drawing random bytes");
}

Wiped::~Wiped() {
  OPENSSL_cleanse(text_.data(), text_.size());
}

SecretKey::~SecretKey() {
  wipe(bytes_);
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) {
  wipe(other.bytes_);
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this == &other) return *this;
  bytes_ = other.bytes_;
  wipe(other.bytes_);
  return *this;
}

SecretKey SecretKey::random() {
  SecretKey key;
  fillRandom(key.bytes_);
  return key;
}

SecretKey SecretKey::copy() const {
  SecretKey key;
  key.bytes_ = bytes_;
  return key;
}

bool SecretKey::operator==(const SecretKey& other) const {
  return CRYPTO_memcmp(bytes_.data(), other.bytes_.data(), kBytes) == 0;
}

void appendSealed(std::vector<std::byte>& sealed, const SecretKey& key,
                  std::span<const std::byte> bound, std::span<const std::byte> plain) {
  const std::size_t begin = sealed.size();
  sealed.resize(begin + kSealOverhead + plain.size());
  const auto nonce = std::span(sealed).subspan(begin, kNonceBytes);
  const auto text = std::span(sealed).subspan(begin + kNonceBytes, plain.size());
  const auto tag = std::span(sealed).last(kTagBytes);
  fillRandom(nonce);

  const Cipher cipher = newCipher();
  int written = 0;
  bool good =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, in(key.bytes()), in(nonce)) == 1;
  good = good && EVP_EncryptUpdate(cipher.get(), nullptr, &written, in(bound), length(bound)) == 1;
  good =
      good && EVP_EncryptUpdate(cipher.get(), out(text), &written, in(plain), length(plain)) == 1;
  // GCM has no blocks left over: this only makes the tag.
  unsigned char none[kTagBytes];
  good = good && EVP_EncryptFinal_ex(cipher.get(), none, &written) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG,
                                     static_cast<int>(kTagBytes), tag.data()) == 1;
  require(good, "sealing");
}

bool openSealed(const SecretKey& key, std::span<const std::byte> bound,
                std::span<const std::byte> sealed, std::span<std::byte> plain) {
  const auto nonce = sealed.first(kNonceBytes);
  const auto text = sealed.subspan(kNonceBytes, plain.size());
  std::array<std::byte, kTagBytes> tag;
  std::copy_n(sealed.last(kTagBytes).begin(), kTagBytes, tag.begin());

  const Cipher cipher = newCipher();
  int written = 0;
  bool good =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, in(key.bytes()), in(nonce)) == 1;
  good = good && EVP_DecryptUpdate(cipher.get(), nullptr, &written, in(bound), length(bound)) == 1;
  good = good && EVP_DecryptUpdate(cipher.get(), out(plain), &written, in(text), length(text)) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG,
                                     static_cast<int>(kTagBytes), tag.data()) == 1;
  require(good, "opening what is sealed");
  unsigned char none[kTagBytes];
  if (EVP_DecryptFinal_ex(cipher.get(), none, &written) == 1) return true;
  wipe(plain);  // what was decrypted is not authentic
  return false;
}

}  // namespace docket::eventstore
