// Keys in memory: 32 random bytes that are wiped when they are no longer needed, and the one cipher
// they are used with.
//
// Plain values, any thread. A key is copied only where somebody says so.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace docket::eventstore {

// A key for AES-256-GCM. Wiped at its end, and where it was moved from.
class SecretKey {
 public:
  static constexpr std::size_t kBytes = 32;

  SecretKey() = default;  // all zero: no key yet
  ~SecretKey();
  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  static SecretKey random();
  SecretKey copy() const;

  std::span<const std::byte, kBytes> bytes() const { return bytes_; }
  std::span<std::byte, kBytes> writable() { return bytes_; }
  bool operator==(const SecretKey& other) const;  // takes the same time wherever they differ

 private:
  std::array<std::byte, kBytes> bytes_{};
};

// Wipes a text that held a secret when the scope ends.
class Wiped {
 public:
  explicit Wiped(std::string& text) : text_(text) {}
  ~Wiped();
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  std::string& text_;
};

void wipe(std::span<std::byte> bytes);

// Fills `bytes` from the system's generator; ends the process when it has none.
void fillRandom(std::span<std::byte> bytes);

// --- AES-256-GCM (NIST SP 800-38D): a fresh random nonce of 96 bits, a tag of 128 bits -----------

inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kSealOverhead = kNonceBytes + kTagBytes;

// Appends nonce, ciphertext and tag to `out`. `bound` is authenticated and not stored: opening
// needs the same. With random nonces one key may seal 2^32 texts.
void appendSealed(std::vector<std::byte>& out, const SecretKey& key,
                  std::span<const std::byte> bound, std::span<const std::byte> plain);

// Opens what appendSealed wrote into `plain`. False, and `plain` all zero, when key, `bound` or a
// byte differs. REQUIRES: plain.size() + kSealOverhead == sealed.size().
[[nodiscard]] bool openSealed(const SecretKey& key, std::span<const std::byte> bound,
                              std::span<const std::byte> sealed, std::span<std::byte> plain);

}  // namespace docket::eventstore
