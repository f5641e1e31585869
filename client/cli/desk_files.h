// The TOML files in which a desk writes its calendars and promise policies; docs/CLI.md describes
// them. What is printed reads back as the same definition.
#pragma once

#include <string>

#include "server/api/docket.capnp.h"

namespace docket::client::cli {

// Reads `text`, the content of `file`. Throws CliFailure: refused when it is no TOML, usage when it
// says something that the definition does not have; both name the line.
void readCalendarFile(const std::string& file, const std::string& text,
                      api::Calendar::Builder calendar);
void readPolicyFile(const std::string& file, const std::string& text,
                    api::PromisePolicy::Builder policy);

std::string calendarFile(api::Calendar::Reader calendar);
std::string policyFile(api::PromisePolicy::Reader policy);

}  // namespace docket::client::cli
