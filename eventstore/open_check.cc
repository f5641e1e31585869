#include "eventstore/open_check.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string>

#include "eventstore/anchor.h"
#include "eventstore/keys.h"
#include "eventstore/lookup.h"
#include "eventstore/tree.h"

namespace docket::eventstore {
namespace {

using Checked = tl::expected<void, StoreError>;

std::string newStoreId() {
  std::array<std::byte, 16> id;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(id.data()), static_cast<int>(id.size())) != 1) {
    std::abort();  // no random source: nothing that follows could be trusted
  }
  return toHex(id);
}

tl::expected<bool, StoreError> hasAnyEntry(const Database& database) {
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto iterator = database.iterate(static_cast<Family>(i), Access::scan);
    iterator->SeekToFirst();
    if (iterator->Valid()) return true;
    if (!iterator->status().ok()) return tl::unexpected(database.readError(iterator->status()));
  }
  return false;
}

Checked createLog(Database& database) {
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* meta = database.handle(Family::meta);
  const rocksdb::Status statuses[] = {
      batch.Put(meta, toSlice(keys::kFormat), std::to_string(kFormatVersion)),
      batch.Put(meta, toSlice(keys::kStoreId), newStoreId()),
      batch.Put(meta, toSlice(keys::kHead), encodeHead({})),
  };
  for (const rocksdb::Status& status : statuses) {
    if (!status.ok()) return tl::unexpected(database.readError(status));
  }
  return database.writeSynced(batch);
}

Checked checkFormat(Database& database, bool mayCreate) {
  rocksdb::PinnableSlice value;
  const auto found = database.get(Family::meta, keys::kFormat, value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) {
    const auto used = hasAnyEntry(database);
    if (!used) return tl::unexpected(used.error());
    if (*used) return tl::unexpected(database.corrupt("its format version is missing"));
    if (mayCreate) return createLog(database);
    return tl::unexpected(
        StoreError{StoreErrorCode::notFound, database.directory().string() + " holds no log"});
  }
  unsigned format = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, format);
  if (parsed.ec != std::errc() || parsed.ptr != end || format == 0) {
    return tl::unexpected(database.corrupt("its format version cannot be read"));
  }
  if (format > kFormatVersion) {
    return tl::unexpected(newerFormatError(database.directory(), format));
  }
  if (format < kFormatVersion) {
    return tl::unexpected(olderFormatError(database.directory(), format));
  }
  return {};
}

tl::expected<Head, StoreError> readHead(const Database& database) {
  rocksdb::PinnableSlice value;
  const auto found = database.get(Family::meta, keys::kHead, value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return tl::unexpected(database.corrupt("its head record is missing"));
  const auto head = decodeHead(toText(value));
  if (!head) return tl::unexpected(database.corrupt("its head record cannot be read"));
  return *head;
}

// The groups must end exactly where the head says.
Checked checkEnd(const Database& database, const Head& head) {
  const auto iterator = database.iterate(Family::groups, Access::point);
  iterator->SeekToLast();
  if (!iterator->Valid()) {
    if (!iterator->status().ok()) return tl::unexpected(database.readError(iterator->status()));
    if (head.next.value == 0) return {};
    return tl::unexpected(
        database.corrupt("it has no events, but its head is " + std::to_string(head.next.value)));
  }
  const auto first = keys::parseGroup(toText(iterator->key()));
  if (!first) return tl::unexpected(database.corrupt("a group record has a malformed key"));
  RecordCursor cursor(database, Access::point);
  if (auto moved = cursor.moveTo(*first); !moved) return moved;
  if (cursor.end() != head.next) {
    return tl::unexpected(database.corrupt("its events end at position " +
                                           std::to_string(cursor.end().value) +
                                           ", but its head is " + std::to_string(head.next.value)));
  }
  return {};
}

Checked checkLastGroup(const Database& database, const Head& head) {
  if (head.next.value == 0) return {};
  RecordCursor cursor(database, Access::point);
  if (auto moved = cursor.moveTo(head.lastGroup); !moved) return moved;
  if (cursor.begin() != head.lastGroup) {
    return tl::unexpected(database.corrupt("no group begins at position " +
                                           std::to_string(head.lastGroup.value) +
                                           ", where its head record says so"));
  }
  UnitWalk units(head.lastGroup);
  Envelope envelope;
  for (Position position = head.lastGroup; position < head.next; position = position.next()) {
    if (auto moved = cursor.moveTo(position); !moved) return moved;
    if (auto read = cursor.readEnvelope(position, envelope); !read) return read;
    if (auto verified = cursor.verifyPayload(envelope); !verified) return verified;
    if (const char* wrong = units.take(cursor, envelope)) {
      return tl::unexpected(database.corrupt("at position " + std::to_string(position.value) +
                                             ": " + std::string(wrong)));
    }
    if (envelope.recordedAt != head.lastRecordedAt) {
      return tl::unexpected(database.corrupt("the event at position " +
                                             std::to_string(position.value) +
                                             " has another recorded time than the head record"));
    }
  }
  if (units.end() == head.next) return {};
  return tl::unexpected(database.corrupt("its last unit is not whole"));
}

// The tree as stored must be the one that the head names: this looks at every envelope since the
// last stored node.
Checked checkTree(const Database& database, const Head& head) {
  const auto frontier = readFrontier(database, head.next);
  if (!frontier) return tl::unexpected(frontier.error());
  if (*frontier == head.frontier) return {};
  return tl::unexpected(database.corrupt("its Merkle tree at size " +
                                         std::to_string(head.next.value) +
                                         " is not the one that the head record names"));
}

Checked checkAnchor(const Database& database, const Head& head) {
  const auto anchor = readAnchor(database.directory(), database.env());
  if (!anchor) {
    if (anchor.error().code != StoreErrorCode::notFound) return tl::unexpected(anchor.error());
    if (head.next.value == 0) return {};  // creation was cut short before it wrote one
    return tl::unexpected(
        database.corrupt("its file " + std::string(kAnchorFileName) + " is missing"));
  }
  if (anchor->head > head.next) {
    return tl::unexpected(StoreError{StoreErrorCode::behindAnchor,
                                     "the log in " + database.directory().string() +
                                         " ends at position " + std::to_string(head.next.value) +
                                         ", but had acknowledged all positions below " +
                                         std::to_string(anchor->head.value) + ": events are lost"});
  }
  if (anchor->head.value == 0) return {};
  const auto frontier = readFrontier(database, anchor->head);
  if (!frontier) return tl::unexpected(frontier.error());
  if (frontier->root() != anchor->root) {
    return tl::unexpected(database.corrupt("the events below position " +
                                           std::to_string(anchor->head.value) +
                                           " are not those whose root its anchor names"));
  }
  return {};
}

}  // namespace

tl::expected<Head, StoreError> checkOpening(Database& database, bool mayCreate) {
  if (auto checked = checkFormat(database, mayCreate); !checked) {
    return tl::unexpected(checked.error());
  }
  const auto head = readHead(database);
  if (!head) return head;
  if (auto checked = checkEnd(database, *head); !checked) return tl::unexpected(checked.error());
  if (auto checked = checkTree(database, *head); !checked) return tl::unexpected(checked.error());
  if (auto checked = checkAnchor(database, *head); !checked) {
    return tl::unexpected(checked.error());
  }
  if (auto checked = checkLastGroup(database, *head); !checked) {
    return tl::unexpected(checked.error());
  }
  return head;
}

}  // namespace docket::eventstore
