// SHA-256, of bytes at hand or piece by piece.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "eventstore/types.h"

namespace docket::eventstore {

Digest sha256(std::span<const std::byte> bytes);

// Hashes pieces as if they stood behind one another. Used once: update any number of times, then
// finish.
class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> bytes);
  void update(std::byte byte) { update({&byte, 1}); }
  Digest finish();

 private:
  // OpenSSL's SHA256_CTX, kept out of this header; its size is checked in the source.
  static constexpr std::size_t kStateBytes = 112;
  alignas(8) std::array<std::byte, kStateBytes> state_;
};

}  // namespace docket::eventstore
