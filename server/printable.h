// Text that may hold anything, such as a path, made fit for a terminal and for one line.
//
// A pure function, any thread.
#pragma once

#include <string>
#include <string_view>

namespace docket::server {

// `text` with every byte that is not UTF-8 and every byte of a control character (C0, DEL, C1) as
// \xNN. A backslash stays as it is: this is to be read by a person, not to be turned back.
std::string printable(std::string_view text);

}  // namespace docket::server
