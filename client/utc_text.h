// An instant as JSON and exports spell it. Threads: any.
#pragma once

#include <cstdint>
#include <string>

namespace docket::client {

// Microseconds since the Unix epoch as "2026-03-01T08:15:30.000250Z".
std::string isoUtc(std::int64_t microseconds);

}  // namespace docket::client
