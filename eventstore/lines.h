// Small texts of one fact a line, read from the front. Internal to the event store.
#pragma once

#include <optional>
#include <string_view>

namespace docket::eventstore {

// The text between `before` and the next line feed, which are all taken off `text`. None, and
// `text` as it was, if it does not begin so or no line feed follows.
inline std::optional<std::string_view> takeLine(std::string_view& text,
                                                std::string_view before = {}) {
  if (!text.starts_with(before)) return std::nullopt;
  const std::size_t end = text.find('\n', before.size());
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(before.size(), end - before.size());
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace docket::eventstore
