// Boards as stored in rows. Internal to the projections.
#pragma once

#include <string>
#include <string_view>

#include "domain/board.h"

namespace docket::projections {

std::string encodeBoard(const domain::Board& board);
// Throws ViewDamaged.
domain::Board decodeBoard(std::string_view bytes);

}  // namespace docket::projections
