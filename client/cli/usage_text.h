// What is wrong with a command line, in one sentence.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace docket::client::cli {

// `words` is the command line without the program's name; `app` has parsed as much of it as it
// could.
std::string usageText(const CLI::App& app, const CLI::ParseError& wrong,
                      const std::vector<std::string>& words);

}  // namespace docket::client::cli
