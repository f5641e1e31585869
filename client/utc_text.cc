#include "client/utc_text.h"

#include <date/date.h>

#include <chrono>

namespace docket::client {

std::string isoUtc(std::int64_t microseconds) {
  const std::chrono::sys_time<std::chrono::microseconds> instant{
      std::chrono::microseconds(microseconds)};
  return date::format("%Y-%m-%dT%H:%M:%SZ", instant);
}

}  // namespace docket::client
