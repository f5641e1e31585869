// A board and a queue drawn for a person.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/output.h"
#include "server/api/docket.capnp.h"

namespace docket::client::cli {

// Column by column, with name, count, limit and cards. `now` is what ages are counted to.
// Cards of a column are drawn lane by lane when there are `lanes`: each card stands in the lane of
// its class, and those of no lane come last.
struct BoardLane {
  std::string name;
  std::vector<std::string> classes;
};
std::string boardText(api::Board::Reader board, std::uint64_t next, std::int64_t now,
                      const Output& output, const std::vector<BoardLane>& lanes = {});

// The colour that a column's category has everywhere.
Colour categoryColour(std::string_view category);

// The mark of a class of service: "!!" expedite, "◆" fixed date, "○" intangible, none standard.
std::string classMark(std::string_view serviceClass);

}  // namespace docket::client::cli
