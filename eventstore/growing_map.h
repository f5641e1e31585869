// A map from short byte strings to values that only grows, made for many small entries: the values
// stand in one array, in the order in which they were added, the keys in another, and a table of
// numbers finds them. An entry costs no allocation of its own, and dropping the map is three.
//
// The caller brings the hash of a key, the same for every call. Plain, not thread-safe. A pointer
// to a value lives until the next add. Internal to the event store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::eventstore {

template <typename Value>
class GrowingMap {
 public:
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  // The number of the entry with this key, in the order of adding; kNone if there is none.
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::uint32_t find(std::string_view key, std::uint64_t hash) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
      const Slot slot = slots_[at];
      if (slot.number == kNone) return kNone;
      if (slot.tag == tagOf(hash) && keyOf(slot.number) == key) return slot.number;
    }
  }

  // Asks the processor to have at hand what find() will look at first.
  void prefetch(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & mask()]);
  }

  // REQUIRES: there is no entry with this key.
  std::uint32_t add(std::string_view key, std::uint64_t hash, Value value) {
    // Full at five eighths: a table for a segment of a power of two does not grow at its end.
    if (8 * (entries_.size() + 1) > 5 * slots_.size()) grow();
    const auto number = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back(
        {hash, keys_.size(), static_cast<std::uint32_t>(key.size()), std::move(value)});
    keys_ += key;
    place(number, hash);
    return number;
  }

  std::string_view keyOf(std::uint32_t number) const {
    const Entry& entry = entries_[number];
    return std::string_view(keys_).substr(entry.keyAt, entry.keySize);
  }
  std::uint64_t hashOf(std::uint32_t number) const { return entries_[number].hash; }
  Value& operator[](std::uint32_t number) { return entries_[number].value; }
  const Value& operator[](std::uint32_t number) const { return entries_[number].value; }

 private:
  struct Entry {
    std::uint64_t hash;
    std::size_t keyAt;
    std::uint32_t keySize;
    Value value;
  };
  struct Slot {
    std::uint32_t number = kNone;
    std::uint32_t tag = 0;
  };

  static std::uint32_t tagOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  std::size_t mask() const { return slots_.size() - 1; }

  void grow() {
    constexpr std::size_t kFirstSlots = 64;
    slots_.assign(slots_.empty() ? kFirstSlots : 2 * slots_.size(), Slot{});
    for (std::uint32_t i = 0; i < entries_.size(); ++i) place(i, entries_[i].hash);
  }
  void place(std::uint32_t number, std::uint64_t hash) {
    std::size_t at = hash & mask();
    while (slots_[at].number != kNone) at = (at + 1) & mask();
    slots_[at] = {number, tagOf(hash)};
  }

  std::vector<Entry> entries_;
  std::string keys_;
  std::vector<Slot> slots_;  // a power of two of them, at most five eighths in use
};

}  // namespace docket::eventstore
