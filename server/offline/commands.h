// The words after `docketd` that are work on a stopped data directory instead of serving.
#pragma once

#include <functional>

#include "server/config.h"

namespace CLI {
class App;
}

namespace docket::server::offline {

// Does what was asked for, prints it, and answers the exit code.
using Work = std::function<int(const Config&)>;

// Adds all commands to `app`. Once it has parsed the name of one, `work` is what that does; the
// settings that it was given are in `flags`. `work` and `flags` outlive `app`.
void addCommands(CLI::App& app, SettingFlags& flags, Work& work);

}  // namespace docket::server::offline
