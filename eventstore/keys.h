// Every RocksDB key of the log, and which column family it lives in. Nothing else spells one.
//
// Names and spellings are stored: never change one. docs/FORMATS.md describes the values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "eventstore/types.h"

namespace docket::eventstore::keys {

// Column families. `default` is there in any RocksDB and holds the log's own facts.
inline constexpr std::string_view kMetaFamily = "default";
inline constexpr std::string_view kGroupsFamily = "groups";
inline constexpr std::string_view kTreeFamily = "tree";

// Keys in `default`.
inline constexpr std::string_view kFormat = "format";
inline constexpr std::string_view kStoreId = "store-id";
inline constexpr std::string_view kHead = "head";

// A key of up to 407 bytes without an allocation of its own.
class Key {
 public:
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), size_}; }

 private:
  friend Key group(Position first);
  friend Key node(unsigned level, std::uint64_t index);
  friend Key stream(std::string_view kind, std::string_view id);
  friend Key chunk(std::string_view streamKey, std::uint32_t number);
  std::array<std::byte, 407> bytes_;
  std::size_t size_ = 0;
};

// `groups`: the position of the record's first event, big-endian u64.
Key group(Position first);
std::optional<Position> parseGroup(std::string_view key);

// `tree`: the level of the node, one byte, then its index, big-endian u64.
Key node(unsigned level, std::uint64_t index);
// Whether `key` is of a node all of whose leaves are below `head`.
bool isNodeBelow(std::string_view key, Position head);

// --- The index, a database of its own ------------------------------------------------------------

// How far it reaches.
inline constexpr std::string_view kIndexReach = "r";

// `s`, then the stream (each part behind one byte of length), then the number of the chunk,
// big-endian u32. No stream's key is the beginning of another's.
// REQUIRES: kind and id of at most 200 bytes.
Key stream(std::string_view kind, std::string_view id);
Key chunk(std::string_view streamKey, std::uint32_t number);
// The part of a chunk's key that names the stream; none if it is no chunk's key.
std::optional<std::string_view> streamOfChunk(std::string_view key);
// The number of the chunk at `key`, if it is one of the stream with `streamKey`.
std::optional<std::uint32_t> parseChunk(std::string_view key, std::string_view streamKey);

// --- The keys of subjects, a database of its own -------------------------------------------------

inline constexpr std::string_view kSubjectsFormat = "format";
inline constexpr std::string_view kSubjectsCount = "count";
inline constexpr std::string_view kSubjectsMasters = "masters";
inline constexpr std::string_view kSubjectsUnswept = "unswept";

// `k/`, then the subject's id. No fact's key above begins so.
std::string subject(std::string_view id);
// The subject's id; none if it is no subject's key.
std::optional<std::string_view> parseSubject(std::string_view key);
// What the keys of all subjects begin with.
inline constexpr std::string_view kSubjectPrefix = "k/";

}  // namespace docket::eventstore::keys
