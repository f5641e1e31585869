// Writes tickets as an XES log (IEEE 1849): a trace a ticket, an event an event.
//
// What came from an XES log goes out as it came: exactly the attributes of the trace and of each
// event, in their order, with their types and texts. An event of another source has its attributes
// and, where it lacks them, those that readers of XES look for (concept:name, org:resource,
// time:timestamp). An event of Docket's own has these, lifecycle:transition, and its facts as
// docket:… attributes.
//
// XML cannot carry some characters (most control characters). Each is written as U+FFFD and
// counted.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "client/export/ticket_history.h"

namespace docket::client::exports {

class XesWriter {
 public:
  explicit XesWriter(Sink sink) : sink_(std::move(sink)) {}

  void begin();
  void write(const TicketHistory& ticket);
  void end();

  std::uint64_t events() const { return events_; }
  std::uint64_t replacedCharacters() const { return replaced_; }

 private:
  void writeTraceAttributes(const TicketHistory& ticket);
  void writeImported(api::HistoryEntry::Reader entry);
  void writeOwn(api::HistoryEntry::Reader entry);
  void attributes(capnp::List<api::Attribute>::Reader list, int depth);
  void attribute(int depth, std::string_view type, std::string_view key, std::string_view value);
  void beginAttribute(int depth, std::string_view type, std::string_view key,
                      std::string_view value);
  void indent(int depth);
  void escaped(std::string_view text);

  Sink sink_;
  std::string out_;  // of the trace under way
  std::uint64_t events_ = 0;
  std::uint64_t replaced_ = 0;
};

}  // namespace docket::client::exports
