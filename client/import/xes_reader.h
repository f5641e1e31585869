// Reads an XES log (IEEE 1849) trace by trace, however large the log is.
//
// Kept of each trace: all its attributes and all those of its events, nested ones and lists
// included, in document order, with the text as XML gives it (entities resolved). The `values`
// element around the members of a list is kept as a child of that type, without key and value: it
// tells them from what is said of the list itself. Not kept: what describes the log as a whole
// (extensions, globals, classifiers, log attributes).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/import/byte_source.h"
#include "client/import/source_case.h"

namespace docket::client::imports {

struct XesEvent {
  std::uint64_t line = 0;
  std::vector<SourceAttribute> attributes;
};

struct XesTrace {
  std::uint64_t line = 0;
  std::vector<SourceAttribute> attributes;
  std::vector<XesEvent> events;
};

struct XesSink {
  std::function<bool(XesTrace&)> onTrace;       // false: stop reading, without an error
  std::function<void(std::uint64_t)> onOrphan;  // the line of an event outside any trace
  // An element that describes the log as a whole: it is passed over with all that is in it.
  std::function<void()> onPassedOver = {};
};

// An error comes after all traces that are complete before it, and names the line.
[[nodiscard]] tl::expected<void, ImportError> readXes(ByteSource& source, const XesSink& sink);

}  // namespace docket::client::imports
