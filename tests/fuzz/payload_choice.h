// Which type and schema version the first byte of a payload input stands for. A new type moves the
// meaning of old inputs: they stay inputs, and fuzz_seeds writes new seeds.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "domain/codec/codec.h"

namespace docket::fuzz {

struct StoredAs {
  std::string_view type;
  std::uint16_t version;
};

inline const std::vector<StoredAs>& allStoredForms() {
  static const std::vector<StoredAs> all = [] {
    std::vector<StoredAs> made;
    for (const domain::codec::KnownType& known : domain::codec::knownTypes()) {
      for (std::uint16_t v = 1; v <= known.version; ++v) made.push_back({known.type, v});
    }
    return made;
  }();
  return all;
}

inline const StoredAs& chosenBy(std::uint8_t byte) {
  return allStoredForms()[byte % allStoredForms().size()];
}

}  // namespace docket::fuzz
