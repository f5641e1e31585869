// Prints what offsetsOf answers for every zone of the system, for zone_rules_test.py: a line a
// span, its zone, begin and end in seconds since 1970, and the offset in seconds.
#include <date/tz.h>

#include <cstdio>

#include "domain/zone_offsets.h"

int main() {
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    if (!docket::domain::isTimeZone(zone.name())) continue;
    for (const auto& span : docket::domain::offsetsOf(zone.name())) {
      std::printf("%s %lld %lld %lld\n", zone.name().c_str(),
                  static_cast<long long>(span.begin.time_since_epoch().count()),
                  static_cast<long long>(span.end.time_since_epoch().count()),
                  static_cast<long long>(span.offset.count()));
    }
  }
}
