// The words of the event store: positions, versions, streams, commands, times.
//
// Plain values, safe to copy between threads. Nothing here knows a ticket.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace docket::eventstore {

// An instant: microseconds since the Unix epoch, UTC.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

// Where an event stands in the whole log: 0-based, gapless, assigned at commit.
struct Position {
  std::uint64_t value = 0;
  auto operator<=>(const Position&) const = default;
  Position next() const { return {value + 1}; }
};

// Where an event stands in its own stream: 0-based, gapless.
struct Version {
  std::uint64_t value = 0;
  auto operator<=>(const Version&) const = default;
  Version next() const { return {value + 1}; }
};

// A stream: what kind of thing it is the history of, and which one. Written `ticket/OPS-42`.
// Both parts are 1 to 200 bytes; the kind has no `/`.
struct StreamId {
  std::string kind;
  std::string id;
  auto operator<=>(const StreamId&) const = default;
  std::string text() const { return kind + "/" + id; }
};

// The identity that a client gives to one command, for ever. 16 bytes, any value but all zero.
struct CommandId {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const CommandId&) const = default;
  bool isZero() const { return *this == CommandId{}; }
};

// SHA-256.
struct Digest {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const Digest&) const = default;
};

// Tells one command's content from another's: the first 16 bytes of a SHA-256.
struct Fingerprint {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const Fingerprint&) const = default;
};

// By which door an event came in. The numbers are stored: never change one.
enum class Origin : std::uint8_t { rpc = 1, http = 2, import = 3, rule = 4, timer = 5 };

// Lower-case hexadecimal, and back. fromHex answers false unless `text` is exactly the hexadecimal
// form of `out.size()` bytes.
std::string toHex(const std::byte* data, std::size_t size);
template <std::size_t N>
std::string toHex(const std::array<std::byte, N>& bytes) {
  return toHex(bytes.data(), N);
}
bool fromHex(std::string_view text, std::byte* out, std::size_t size);

}  // namespace docket::eventstore

template <>
struct std::hash<docket::eventstore::CommandId> {
  std::size_t operator()(const docket::eventstore::CommandId& id) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
};

template <>
struct std::hash<docket::eventstore::StreamId> {
  std::size_t operator()(const docket::eventstore::StreamId& stream) const noexcept {
    return std::hash<std::string>{}(stream.id) * 31 + std::hash<std::string>{}(stream.kind);
  }
};
