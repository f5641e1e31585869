// Base64 of RFC 4648 section 4, with padding, in its one canonical spelling: padding that is
// missing or too much, bits left over that are not zero, line ends and other signs are refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace docket::client::verify {

std::string toBase64(std::string_view bytes);
std::optional<std::string> fromBase64(std::string_view text);

}  // namespace docket::client::verify
