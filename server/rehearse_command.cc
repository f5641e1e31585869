#include "server/rehearse_command.h"

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "eventstore/log.h"
#include "server/rehearsal.h"
#include "server/stopped_log.h"

namespace docket::server {
namespace {

using Json = nlohmann::ordered_json;

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

void printText(const Rehearsal& rehearsal) {
  std::printf("%s, %ju understood, %ju of these upcast\n",
              plural(rehearsal.events, "event").c_str(),
              static_cast<std::uintmax_t>(rehearsal.decoded),
              static_cast<std::uintmax_t>(rehearsal.upcast));
  for (const auto& [key, version] : rehearsal.byVersion) {
    std::printf("  %-18s schema version %u: %ju%s\n", key.first.c_str(), unsigned{key.second},
                static_cast<std::uintmax_t>(version.events), version.isUpcast ? ", upcast" : "");
  }
  for (const RehearsalFailure& failure : rehearsal.failures) {
    std::printf("%s, first at position %ju, %s: %s\n", std::string(text(failure.kind)).c_str(),
                static_cast<std::uintmax_t>(failure.first.value),
                plural(failure.count, "event").c_str(), failure.why.c_str());
  }
  if (rehearsal.isDamaged()) {
    std::puts("This version cannot serve this history.");
  } else if (rehearsal.failures.empty()) {
    std::puts("This version understands the whole history.");
  } else if (rehearsal.has(RehearsalFailure::Kind::view)) {
    std::puts("This version would serve this history, but for the views that stop.");
  } else {
    std::puts(
        "A newer version wrote some of it. This one would take no commands on the tickets and "
        "boards\n"
        "that have such an event, and the board and queue views would stop at the first.");
  }
}

}  // namespace

int rehearse(const Config& config) {
  const auto log = openStoppedLog(config);
  if (!log) return log.error();
  const Rehearsal rehearsal = rehearse(**log, ProgressLine("rehearsed"));
  if (config.json) {
    std::puts(toJson(rehearsal, **log).dump().c_str());
  } else {
    printText(rehearsal);
  }
  if (rehearsal.isDamaged()) return 4;
  if (rehearsal.has(RehearsalFailure::Kind::view)) return 1;
  return config.strict && !rehearsal.failures.empty() ? 1 : 0;
}

}  // namespace docket::server
