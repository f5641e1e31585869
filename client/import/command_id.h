// The command id of an imported event: the same event of the same case always gets the same one, so
// that a repeated import adds nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace docket::client::imports {

// The first 16 bytes of SHA-256("docket-import/1" NUL board NUL externalKey NUL sequence), the
// sequence in decimal. Frozen: another rule would import everything a second time.
std::array<unsigned char, 16> importCommandId(std::string_view board, std::string_view externalKey,
                                              std::uint64_t sequence);

}  // namespace docket::client::imports
