// SipHash-2-4: a hash that nobody who does not know the key can choose inputs for.
//
// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF". Internal to the event store.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace docket::eventstore {

class SipHash {
 public:
  using Key = std::array<std::byte, 16>;

  explicit SipHash(const Key& key) : key0_(word(key.data())), key1_(word(key.data() + 8)) {}

  std::uint64_t operator()(const std::array<std::byte, 16>& message) const {
    return (*this)(std::span<const std::byte>(message));
  }
  std::uint64_t operator()(std::span<const std::byte> message) const {
    State state{{key0_ ^ 0x736f6d6570736575, key1_ ^ 0x646f72616e646f6d, key0_ ^ 0x6c7967656e657261,
                 key1_ ^ 0x7465646279746573}};
    std::uint64_t last = std::uint64_t{message.size()} << 56;
    for (; message.size() >= 8; message = message.subspan(8)) state.absorb(word(message.data()));
    for (std::size_t i = 0; i < message.size(); ++i) {
      last |= std::to_integer<std::uint64_t>(message[i]) << (8 * i);
    }
    state.absorb(last);
    state.v[2] ^= 0xff;
    for (int i = 0; i < 4; ++i) state.round();
    return state.v[0] ^ state.v[1] ^ state.v[2] ^ state.v[3];
  }

 private:
  static_assert(std::endian::native == std::endian::little);
  static std::uint64_t word(const std::byte* at) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  }

  struct State {
    std::uint64_t v[4];

    void round() {
      v[0] += v[1];
      v[1] = std::rotl(v[1], 13) ^ v[0];
      v[0] = std::rotl(v[0], 32);
      v[2] += v[3];
      v[3] = std::rotl(v[3], 16) ^ v[2];
      v[0] += v[3];
      v[3] = std::rotl(v[3], 21) ^ v[0];
      v[2] += v[1];
      v[1] = std::rotl(v[1], 17) ^ v[2];
      v[2] = std::rotl(v[2], 32);
    }
    void absorb(std::uint64_t message) {
      v[3] ^= message;
      round();
      round();
      v[0] ^= message;
    }
  };

  std::uint64_t key0_;
  std::uint64_t key1_;
};

// A key drawn at random.
SipHash::Key newHashKey();

}  // namespace docket::eventstore
