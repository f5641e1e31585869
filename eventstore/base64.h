// Base64 as signed notes have it: the standard alphabet of RFC 4648 section 4, with padding, and
// one spelling for every byte string. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace docket::eventstore {

std::string toBase64(std::span<const std::byte> bytes);

// None unless `text` is exactly what toBase64 gives for some bytes: other characters, missing
// padding and trailing bits that are not zero are refused.
std::optional<std::vector<std::byte>> fromBase64(std::string_view text);

}  // namespace docket::eventstore
