// The anchor: a small file beside the log that says how far the log had come, written with a sync
// of its own. RocksDB's recovery can mistake a write-ahead log that lost its end for a torn last
// write, and open as if nothing had been there; a log that ends before its anchor gives that away.
//
// Four lines of text, each ended by a line feed:
//
//   docket anchor 2
//   head 1234
//   root <root of the Merkle tree over the envelopes before the head, 64 hexadecimal digits>
//   sum <SHA-256 of the three lines above>
//
// Every log has one from its creation on. Internal to the event store.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "eventstore/error.h"
#include "eventstore/types.h"

namespace rocksdb {
class Env;
}

namespace docket::eventstore {

inline constexpr std::string_view kAnchorFileName = "ANCHOR";

struct Anchor {
  Position head;
  Digest root;  // of the Merkle tree over the envelopes before `head`

  bool operator==(const Anchor&) const = default;
};

std::string anchorText(const Anchor& anchor);
// None unless `text` is what anchorText gives for some anchor, its sum included.
std::optional<Anchor> parseAnchor(std::string_view text);

// Through `env`; null: the default. Errors: notFound, corrupt, io.
[[nodiscard]] tl::expected<Anchor, StoreError> readAnchor(const std::filesystem::path& directory,
                                                          rocksdb::Env* env = nullptr);
[[nodiscard]] tl::expected<void, StoreError> storeAnchor(const std::filesystem::path& directory,
                                                         const Anchor& anchor,
                                                         rocksdb::Env* env = nullptr);

}  // namespace docket::eventstore
