#include "server/offline/rehearse.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "eventstore/log.h"
#include "server/offline/rehearsal.h"
#include "server/offline/stopped_log.h"

namespace docket::server::offline {
namespace {

constexpr std::size_t kTypeWidth = 18;

Json toJson(const Rehearsal& rehearsal, const eventstore::Log& log) {
  Json types = Json::array();
  for (const auto& [key, version] : rehearsal.byVersion) {
    types.push_back({{"type", key.first},
                     {"schema_version", key.second},
                     {"events", version.events},
                     {"upcast", version.isUpcast}});
  }
  Json failures = Json::array();
  for (const RehearsalFailure& failure : rehearsal.failures) {
    failures.push_back({{"kind", text(failure.kind)},
                        {"type", failure.type},
                        {"schema_version", failure.version},
                        {"first_position", failure.first.value},
                        {"count", failure.count},
                        {"why", failure.why}});
  }
  return {{"log", log.storeId()},         {"events", rehearsal.events},
          {"decoded", rehearsal.decoded}, {"upcast", rehearsal.upcast},
          {"types", std::move(types)},    {"failures", std::move(failures)}};
}

std::string plural(std::uint64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string toText(const Rehearsal& rehearsal) {
  std::string text = plural(rehearsal.events, "event") + ", " + std::to_string(rehearsal.decoded) +
                     " understood, " + std::to_string(rehearsal.upcast) + " of these upcast\n";
  for (const auto& [key, version] : rehearsal.byVersion) {
    const std::string type =
        key.first +
        std::string(key.first.size() < kTypeWidth ? kTypeWidth - key.first.size() : 0, ' ');
    text += "  " + type + " schema version " + std::to_string(key.second) + ": " +
            std::to_string(version.events) + (version.isUpcast ? ", upcast\n" : "\n");
  }
  for (const RehearsalFailure& failure : rehearsal.failures) {
    text += std::string(offline::text(failure.kind)) + ", first at position " +
            std::to_string(failure.first.value) + ", " + plural(failure.count, "event") + ": " +
            failure.why + "\n";
  }
  if (rehearsal.isDamaged()) return text + "This version cannot serve this history.";
  if (rehearsal.failures.empty()) return text + "This version understands the whole history.";
  if (rehearsal.has(RehearsalFailure::Kind::view)) {
    return text + "This version would serve this history, but for the views that stop.";
  }
  return text +
         "A newer version wrote some of it. This one would take no commands on the tickets and "
         "boards\n"
         "that have such an event, and the board and queue views would stop at the first.";
}

}  // namespace

void declare(CLI::App& command, RehearseOptions& options) {
  command.add_flag("--strict", options.isStrict,
                   "fail for events that only a newer version understands");
}

int rehearse(const Context& context, const RehearseOptions& options) {
  const auto log = openLogToRead(context);
  if (!log) return log.error();
  const Rehearsal rehearsal = rehearse(**log, Progress("rehearsed"));
  print(context, toJson(rehearsal, **log), toText(rehearsal));
  if (rehearsal.isDamaged()) return kExitIntegrity;
  if (rehearsal.has(RehearsalFailure::Kind::view)) return kExitRefused;
  return options.isStrict && !rehearsal.failures.empty() ? kExitRefused : kExitDone;
}

}  // namespace docket::server::offline
