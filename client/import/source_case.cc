#include "client/import/source_case.h"

#include <algorithm>
#include <functional>

namespace docket::client::imports {

void orderEvents(std::vector<SourceEvent>& events, bool bySourceSequence,
                 std::uint64_t firstSequence) {
  std::stable_sort(events.begin(), events.end(), [&](const SourceEvent& a, const SourceEvent& b) {
    return bySourceSequence ? a.order < b.order : a.occurredAt < b.occurredAt;
  });
  for (SourceEvent& event : events) event.sequence = firstSequence++;
}

const SourceAttribute* findAttribute(const std::vector<SourceAttribute>& attributes,
                                     std::string_view key) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(),
                   [&](const SourceAttribute& attribute) { return attribute.key == key; });
  return found == attributes.end() ? nullptr : &*found;
}

std::size_t textBytes(const std::vector<SourceAttribute>& attributes) {
  std::size_t bytes = 0;
  for (const SourceAttribute& attribute : attributes) {
    bytes += attribute.key.size() + attribute.type.size() + attribute.value.size() +
             textBytes(attribute.children);
  }
  return bytes;
}

std::size_t fingerprint(const std::vector<SourceAttribute>& attributes) {
  const std::hash<std::string> hash;
  std::size_t all = attributes.size();
  const auto add = [&all](std::size_t part) { all = all * 1'000'003 + part; };
  for (const SourceAttribute& attribute : attributes) {
    add(hash(attribute.key));
    add(hash(attribute.type));
    add(hash(attribute.value));
    add(fingerprint(attribute.children));
  }
  return all;
}

std::size_t nesting(const std::vector<SourceAttribute>& attributes) {
  std::size_t deepest = 0;
  for (const SourceAttribute& attribute : attributes) {
    deepest = std::max(deepest, 1 + nesting(attribute.children));
  }
  return deepest;
}

}  // namespace docket::client::imports
