// What a view is: a name, a schema version, and a fold of events into rows.
//
// To add one: a header and a source beside these, one line in registry.cc, one test.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "domain/codec/codec.h"
#include "eventstore/envelope.h"

namespace docket::projections {

// Thrown by whatever reads rows when the stored ones are not what was written. It is a fault of the
// machine, not an answer: the views must be deleted, and are then made again from the log.
class ViewDamaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The rows of one generation of one view, for reading. Keys are ordered bytewise, are not empty and
// do not begin with a zero byte. Every call throws ViewDamaged when the rows cannot be read.
class RowReader {
 public:
  virtual ~RowReader() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  // Calls `visit` for the rows whose keys begin with `prefix`, in key order (or against it),
  // starting at `from` (itself included) unless it is empty; stops when `visit` answers false. The
  // views given to `visit` live for that call only, and `visit` changes no rows.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  virtual void scan(std::string_view prefix, const Visit& visit) const = 0;
  virtual void scanFrom(std::string_view prefix, std::string_view from, bool backward,
                        const Visit& visit) const = 0;
};

// The same rows while a batch of events is being folded: reads see the batch's own writes.
class Rows : public RowReader {
 public:
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
};

// Deterministic: no clock, no random, no I/O but its rows, no state of its own between events. The
// same events give the same rows, byte for byte, on every machine.
class Projection {
 public:
  virtual ~Projection() = default;
  virtual std::string_view name() const = 0;        // "board": letters, digits, '-'
  virtual std::uint32_t schemaVersion() const = 0;  // raise it when rows change shape
  // False: its rows are of envelopes alone, so that no event can be one it does not understand.
  virtual bool readsEvents() const { return true; }
  // An error stops this projection only, with its text as the reason.
  virtual tl::expected<void, std::string> apply(const eventstore::Envelope& envelope,
                                                const domain::codec::Event& event,
                                                Rows& rows) const = 0;
  // An event of a newer program: of a type that this one does not know, or of a newer schema
  // version. Unless a view overrides it, the view folds ticket and board streams, needs what it
  // finds there, and so stops at such an event as at any other that it cannot fold; a program that
  // understands it goes on from there. One in a stream of another kind changes nothing. A view that
  // begins to fold streams of another kind raises its schemaVersion.
  virtual tl::expected<void, std::string> applyUnread(const eventstore::Envelope& envelope,
                                                      const domain::codec::DecodeError& error,
                                                      Rows& rows) const;
};

}  // namespace docket::projections
