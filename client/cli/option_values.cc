#include "client/cli/option_values.h"

#include <charconv>
#include <system_error>

#include "client/cli/duration_text.h"
#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

bool isWaitsFor(std::string_view text) {
  return text == "customer" || text == "supplier" || text == "team";
}

}  // namespace

std::optional<std::uint32_t> parseLimit(std::string_view text) {
  std::uint32_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return limit;
}

std::string checkLimit(const std::string& text) {
  return text == "none" || parseLimit(text) ? "" : "must be a number or none";
}

std::optional<ColumnText> parseColumn(std::string_view text) {
  ColumnText column;
  const auto takeLast = [&text]() -> std::string_view {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return {};
    const auto part = text.substr(colon + 1);
    text = text.substr(0, colon);
    return part;
  };
  auto part = takeLast();
  if (part == "drop") {
    column.drop = true;
    part = takeLast();
  }
  if (isWaitsFor(part)) {
    column.waitsFor = part;
    part = takeLast();
  }
  if (const auto limit = parseLimit(part)) {
    column.limit = limit;
    part = takeLast();
  }
  column.category = part;
  column.name = text;
  if (column.name.empty() || column.category.empty()) return std::nullopt;
  return column;
}

std::string checkColumn(const std::string& text) {
  return parseColumn(text) ? ""
                           : "must be NAME:CATEGORY[:LIMIT][:WAITS-FOR][:drop], as \"In "
                             "Progress:active:3\"";
}

std::optional<ReservationText> parseReservation(std::string_view text) {
  ReservationText reservation;
  const auto equals = text.find('=');
  const auto colon = text.rfind(':');
  if (equals == std::string_view::npos || colon == std::string_view::npos || colon < equals + 2) {
    return std::nullopt;
  }
  const std::string_view what = text.substr(0, equals);
  const std::string value(text.substr(equals + 1, colon - equals - 1));
  const auto cards = parseLimit(text.substr(colon + 1));
  if (!cards || (what != "type" && what != "class")) return std::nullopt;
  (what == "type" ? reservation.type : reservation.serviceClass) = value;
  reservation.cards = *cards;
  return reservation;
}

std::string checkReservation(const std::string& text) {
  return text == "none" || parseReservation(text)
             ? ""
             : "must be type=TYPE:CARDS, class=CLASS:CARDS or none, as type=incident:2";
}

std::optional<ShareText> parseShare(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto min = parseLimit(text.substr(0, slash));
  const auto of = parseLimit(text.substr(slash + 1));
  if (!min || !of) return std::nullopt;
  return ShareText{*min, *of};
}

std::string checkShare(const std::string& text) {
  return text == "none" || parseShare(text) ? "" : "must be a share of pulls as 1/5, or none";
}

std::optional<GrantText> parseGrant(std::string_view text) {
  GrantText grant;
  const auto at = text.find('@');
  grant.role = text.substr(0, at);
  if (at != std::string_view::npos) {
    grant.until = text.substr(at + 1);
    if (!parseInstant(grant.until)) return std::nullopt;
  }
  if (grant.role.empty()) return std::nullopt;
  return grant;
}

std::string checkGrant(const std::string& text) {
  return parseGrant(text) ? "" : "must be ROLE or ROLE@TIME, as agent or agent@2026-03-02T12:00Z";
}

std::string checkDuration(const std::string& text) {
  const auto duration = parseDuration(text);
  return duration ? std::string() : duration.error();
}

}  // namespace docket::client::cli
