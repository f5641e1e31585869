#include "eventstore/tiles.h"

#include <algorithm>
#include <vector>

#include "eventstore/bytes.h"
#include "eventstore/merkle.h"

namespace docket::eventstore {
namespace {

constexpr std::size_t kMaxTilePath = 64;

// 1234067 -> x001/x234/067.
std::string groupsOf(std::uint64_t index) {
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string groups;
  for (std::size_t i = 0; i < digits.size(); i += 3) {
    const bool isLast = i + 3 == digits.size();
    groups += (isLast ? "" : "x") + digits.substr(i, 3) + (isLast ? "" : "/");
  }
  return groups;
}

bool takeStart(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

bool takeNumber(std::string_view& text, std::uint64_t& value) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (!parseDecimal(text.substr(0, digits), value)) return false;
  text.remove_prefix(digits);
  return true;
}

// Takes groups of three digits. What is spelled otherwise than groupsOf spells it shows later.
bool takeGroups(std::string_view& text, std::uint64_t& index) {
  std::string digits;
  for (bool isLast = false; !isLast;) {
    isLast = !takeStart(text, "x");
    if (text.size() < 3) return false;
    digits += text.substr(0, 3);
    text.remove_prefix(3);
    if (!isLast && !takeStart(text, "/")) return false;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return parseDecimal(digits, index);
}

void addBytes(std::string& out, std::span<const std::byte> bytes) {
  out.append(asText(bytes));
}

StoreError beyondHead(const TileName& name, Position head) {
  return {StoreErrorCode::invalid, tilePath(name) + " is beyond the log, which has " +
                                       std::to_string(head.value) + " events"};
}

}  // namespace

std::string tilePath(const TileName& name) {
  std::string path;
  if (name.kind == TileKind::hashes) path = "tile/" + std::to_string(name.level) + "/";
  if (name.kind == TileKind::entries) path = "tile/entries/";
  if (name.kind == TileKind::payloads) path = "payloads/";
  path += groupsOf(name.index);
  if (name.width != kTileWidth) path += ".p/" + std::to_string(name.width);
  return path;
}

std::optional<TileName> parseTilePath(std::string_view path) {
  TileName name;
  std::uint64_t level = 0;
  std::uint64_t width = kTileWidth;
  std::string_view rest = path;
  if (path.size() > kMaxTilePath) return std::nullopt;
  if (takeStart(rest, "tile/entries/")) {
    name.kind = TileKind::entries;
  } else if (takeStart(rest, "payloads/")) {
    name.kind = TileKind::payloads;
  } else if (!takeStart(rest, "tile/") || !takeNumber(rest, level) || !takeStart(rest, "/")) {
    return std::nullopt;
  }
  if (!takeGroups(rest, name.index)) return std::nullopt;
  if (takeStart(rest, ".p/") && (!takeNumber(rest, width) || width >= kTileWidth)) {
    return std::nullopt;
  }
  if (!rest.empty() || width == 0 || level > kMaxTileLevel) return std::nullopt;
  name.level = static_cast<unsigned>(level);
  name.width = static_cast<unsigned>(width);
  if (tilePath(name) != path) return std::nullopt;
  return name;
}

bool isWithin(const TileName& name, std::uint64_t size) {
  const std::uint64_t there = size >> (kTileHeight * name.level);  // nodes of that level
  if (there < name.width) return false;
  return name.index <= (there - name.width) / kTileWidth;
}

void addToTile(TileKind kind, const RecordedEvent& event, std::string& tile) {
  std::byte size[4];
  if (kind == TileKind::hashes) return addBytes(tile, leafHash(event.envelopeBytes).bytes);
  const auto bytes = kind == TileKind::entries ? event.envelopeBytes : event.payload;
  putBigEndian32(size, static_cast<std::uint32_t>(bytes.size()));
  // An envelope has at most 4 KiB, so two bytes tell its size.
  addBytes(tile, std::span(size).subspan(kind == TileKind::entries ? 2 : 0));
  addBytes(tile, bytes);
}

tl::expected<std::string, StoreError> readTile(const Log& log, const TileName& name) {
  if (!isWithin(name, log.head().value)) return tl::unexpected(beyondHead(name, log.head()));
  const std::uint64_t begin = name.index * kTileWidth;
  std::string tile;
  if (name.kind == TileKind::hashes && name.level > 0) {
    for (std::uint64_t index = begin; index < begin + name.width; ++index) {
      const auto node = log.treeNode(kTileHeight * name.level, index);
      if (!node) return tl::unexpected(node.error());
      addBytes(tile, node->bytes);
    }
    return tile;
  }
  LogReader reader = log.readAll(
      {.from = begin, .limit = name.width, .verifyPayloads = name.kind == TileKind::payloads});
  for (unsigned i = 0; i < name.width; ++i) {
    const auto event = reader.next();
    if (!event) return tl::unexpected(event.error());
    addToTile(name.kind, **event, tile);
  }
  return tile;
}

}  // namespace docket::eventstore
