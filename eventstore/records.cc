#include "eventstore/records.h"

#include <bit>
#include <utility>
#include <vector>

#include "eventstore/bytes.h"

namespace docket::eventstore {
namespace {

constexpr std::uint8_t kHeadFormat = 2;

std::string toString(const std::byte* begin, const std::byte* end) {
  return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string encodeHead(const Head& head) {
  std::byte bytes[1 + 2 * kMaxVarintBytes + 8 + 64 * sizeof(Digest)];
  std::byte* at = bytes;
  *at++ = std::byte{kHeadFormat};
  at = putVarint(at, head.next.value);
  at = putVarint(at, head.lastGroup.value);
  at = putBigEndian64(at,
                      static_cast<std::uint64_t>(head.lastRecordedAt.time_since_epoch().count()));
  for (const Digest& node : head.frontier.nodes()) {
    at = putBytes(at, node.bytes.data(), node.bytes.size());
  }
  return toString(bytes, at);
}

std::optional<Head> decodeHead(std::string_view value) {
  ByteReader reader(asBytes(value));
  Head head;
  std::uint8_t format = 0;
  std::uint64_t recordedAt = 0;
  if (!reader.takeByte(format) || format != kHeadFormat) return std::nullopt;
  if (!reader.takeVarint(head.next.value) || !reader.takeVarint(head.lastGroup.value) ||
      !reader.takeBigEndian64(recordedAt)) {
    return std::nullopt;
  }
  std::vector<Digest> nodes(static_cast<std::size_t>(std::popcount(head.next.value)));
  for (Digest& node : nodes) {
    if (!reader.takeArray(node.bytes)) return std::nullopt;
  }
  if (reader.left() != 0) return std::nullopt;
  if (head.next.value != 0 && head.lastGroup >= head.next) return std::nullopt;
  if (head.next.value == 0 && (head.lastGroup.value != 0 || recordedAt != 0)) return std::nullopt;
  head.frontier = Frontier(head.next.value, std::move(nodes));
  head.lastRecordedAt = Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(recordedAt)));
  return head;
}

}  // namespace docket::eventstore
