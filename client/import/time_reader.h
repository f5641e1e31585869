// Reads the times of a source. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "client/import/source_case.h"

namespace date {
class time_zone;
}

namespace docket::client::imports {

inline constexpr std::string_view kIso8601 = "iso8601";

// Local times that a clock change made special. Both kinds are taken over; the text stays verbatim.
struct TimeNotes {
  std::uint64_t ambiguous = 0;    // shown twice by the clocks: the earlier instant is taken
  std::uint64_t nonexistent = 0;  // skipped by the clocks: the instant of the change is taken
};

class TimeReader {
 public:
  // `format` is "iso8601" (2012-05-31T23:49:06.123+02:00; a blank may stand for the T, the offset
  // may be missing) or a strptime format ("%d/%m/%Y %H:%M:%S"; %z: offset; %S takes fractions).
  // `zone` is an IANA name for times without an offset; empty: those are refused. The error is one
  // sentence.
  [[nodiscard]] static tl::expected<TimeReader, std::string> make(std::string format,
                                                                  const std::string& zone);

  // The error says why, without the text. Fractions finer than a microsecond are cut off.
  [[nodiscard]] tl::expected<Instant, std::string> read(std::string_view text);

  const TimeNotes& notes() const { return notes_; }

 private:
  TimeReader(std::string format, const date::time_zone* zone);
  tl::expected<Instant, std::string> readIso8601(std::string_view text);
  tl::expected<Instant, std::string> fromLocal(std::chrono::microseconds sinceEpoch);

  std::string format_;
  const date::time_zone* zone_;  // none: times must carry an offset
  bool hasOffset_;               // of a strptime format
  TimeNotes notes_;
};

}  // namespace docket::client::imports
