#include "projections/memory_rows.h"

#include <algorithm>
#include <iterator>

namespace docket::projections {

std::optional<std::string> MemoryRows::get(std::string_view key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? std::nullopt : std::optional(found->second);
}

void MemoryRows::scan(std::string_view prefix, const Visit& visit) const {
  scanFrom(prefix, {}, false, visit);
}

void MemoryRows::scanFrom(std::string_view prefix, std::string_view from, bool backward,
                          const Visit& visit) const {
  if (!backward) {
    for (auto row = rows_.lower_bound(std::max(prefix, from)); row != rows_.end(); ++row) {
      if (!row->first.starts_with(prefix) || !visit(row->first, row->second)) return;
    }
    return;
  }
  // Behind the last key that has the prefix and is not above `from`.
  auto row = rows_.end();
  if (!from.empty()) row = rows_.upper_bound(from);
  while (row != rows_.begin()) {
    --row;
    if (row->first.starts_with(prefix)) {
      if (!visit(row->first, row->second)) return;
    } else if (row->first < prefix) {
      return;
    }
  }
}

void MemoryRows::put(std::string_view key, std::string_view value) {
  rows_.insert_or_assign(std::string(key), std::string(value));
}

void MemoryRows::erase(std::string_view key) {
  if (const auto found = rows_.find(key); found != rows_.end()) rows_.erase(found);
}

}  // namespace docket::projections
