// What this program leaves to docketd: the work on the files of a stopped server. This program
// knows no log, only the server's protocol.
#pragma once

#include <string>
#include <vector>

#include "client/cli/cli.h"

namespace docket::client::cli {

// Becomes the docketd that stands beside this program, with these words (a command of docketd and
// what that takes) and with --json if that was asked for.
[[noreturn]] void becomeDocketd(const Cli& cli, std::vector<std::string> words);

// The same on the directory that --data names; `command` is as in "audit verify".
[[noreturn]] void becomeDocketdOnData(const Cli& cli, const std::string& command,
                                      std::vector<std::string> words);

}  // namespace docket::client::cli
