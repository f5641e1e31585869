// Just enough UTF-8 to tell good from bad and to shorten a text between two characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace docket::client::imports {

// Overlong forms, surrogates and anything beyond U+10FFFF are not UTF-8.
bool isUtf8(std::string_view text);

// The first `charactersMax` characters of a valid text.
std::string_view shortened(std::string_view text, std::size_t charactersMax);

std::string asciiLower(std::string_view text);
std::string_view withoutOuterBlanks(std::string_view text);

}  // namespace docket::client::imports
