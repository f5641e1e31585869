// Small values of the domain onto the wire. Internal to the mapping.
#pragma once

#include <capnp/blob.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/board_event.h"
#include "domain/types.h"
#include "server/api/docket.capnp.h"

namespace docket::server {

inline capnp::Text::Reader wire(const std::string& text) {
  return {text.c_str(), text.size()};
}
// The domain's spellings are views; the wire wants a zero byte behind a text.
inline std::string wire(std::string_view text) {
  return std::string(text);
}

inline std::int64_t micros(domain::Timestamp at) {
  return at.time_since_epoch().count();
}

inline void writeTime(const std::optional<domain::Timestamp>& at, api::OptionalTime::Builder out) {
  if (at) {
    out.setAt(micros(*at));
  } else {
    out.setNone();
  }
}

inline void writeColumn(const domain::Column& column, api::Column::Builder out) {
  out.setId(wire(column.id.value));
  out.setName(wire(column.name));
  out.setCategory(wire(domain::text(column.category)));
  out.setWipLimit(column.wipLimit ? static_cast<std::int64_t>(*column.wipLimit) : -1);
  out.setDefaultDrop(column.defaultDrop);
  if (column.waitsFor != domain::WaitsFor::nothing) {
    out.setWaitsFor(wire(domain::text(column.waitsFor)));
  }
}

// `init` makes the list of the given size: the same lists hang below several kinds of parents.
template <class List, class Init, class Write>
void writeList(const List& all, Init init, Write write) {
  if (all.empty()) return;
  auto list = init(static_cast<unsigned>(all.size()));
  unsigned i = 0;
  for (const auto& one : all) write(one, list[i++]);
}

inline void writeTexts(const std::vector<std::string>& texts,
                       capnp::List<capnp::Text>::Builder list) {
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, wire(texts[i]));
}

using InitAttributes = std::function<capnp::List<api::Attribute>::Builder(unsigned)>;
inline void writeAttributes(const std::vector<domain::ForeignAttribute>& attributes,
                            const InitAttributes& init) {
  writeList(attributes, init, [](const domain::ForeignAttribute& one, api::Attribute::Builder out) {
    out.setKey(wire(one.key));
    out.setType(wire(one.type));
    out.setValue(wire(one.value));
    writeAttributes(one.children, [&out](unsigned size) { return out.initChildren(size); });
  });
}

}  // namespace docket::server
