#include "server/field_reader.h"

#include <cstring>
#include <limits>

#include "domain/text_rules.h"
#include "server/mapping.h"

namespace docket::server {
namespace {

// Instants that a calendar can print: the years 1 to 9999.
constexpr std::int64_t kTimeMin = -62'135'596'800'000'000;
constexpr std::int64_t kTimeMax = 253'402'300'799'999'999;
constexpr std::uint64_t kSecondsMax = 1'000'000'000;
// More than the domain takes of any list of texts.
constexpr std::size_t kTextsMax = 100;

}  // namespace

std::string textOf(capnp::Text::Reader text) {
  return {text.cStr(), text.size()};
}

void FieldReader::refuse(std::string_view field, std::string rule, std::string got) {
  rejection_.emplace_back(
      domain::FieldInvalid{std::string(field), std::move(rule), std::move(got)});
}

void FieldReader::refuseSpelling(std::string_view field, capnp::Text::Reader text,
                                 const char* all) {
  refuse(field, std::string("must be one of ") + all, shortForm(textOf(text)));
}

std::string FieldReader::name(std::string_view field, capnp::Text::Reader text) {
  constexpr std::size_t kBytesMax = 400;
  std::string value = textOf(text);
  if (value.size() > kBytesMax || !domain::characterCount(value)) {
    refuse(field, "must be at most " + std::to_string(kBytesMax) + " bytes of valid UTF-8",
           shortForm(value));
  }
  return value;
}

domain::TicketId FieldReader::ticket(std::string_view field, capnp::Text::Reader text) {
  const std::string value = textOf(text);
  if (auto id = domain::TicketId::parse(value)) return *id;
  refuse(field, "must be a ticket's id such as OPS-42", shortForm(value));
  return {};
}

std::optional<std::string> FieldReader::textIfAny(api::OptionalText::Reader text) {
  if (!text.isTo()) return std::nullopt;
  return textOf(text.getTo());
}

std::optional<std::string> FieldReader::nameIfAny(std::string_view field,
                                                  api::OptionalText::Reader text) {
  if (!text.isTo()) return std::nullopt;
  return name(field, text.getTo());
}

std::optional<domain::Timestamp> FieldReader::time(std::string_view field,
                                                   api::OptionalTime::Reader time) {
  if (!time.isAt()) return std::nullopt;
  return instant(field, time.getAt());
}

std::optional<domain::Timestamp> FieldReader::instant(std::string_view field,
                                                      std::int64_t microseconds) {
  if (microseconds < kTimeMin || microseconds > kTimeMax) {
    refuse(field, "must be in the years 1 to 9999", std::to_string(microseconds) + " microseconds");
    return std::nullopt;
  }
  return domain::Timestamp{std::chrono::microseconds{microseconds}};
}

std::chrono::seconds FieldReader::seconds(std::string_view field, std::uint64_t count) {
  if (count > kSecondsMax) {
    refuse(field, "must be at most " + std::to_string(kSecondsMax) + " seconds",
           std::to_string(count) + " seconds");
    return {};
  }
  return std::chrono::seconds{static_cast<std::int64_t>(count)};
}

std::optional<std::uint32_t> FieldReader::limit(std::string_view field, std::int64_t value) {
  constexpr std::int64_t kLimitMax = 1'000'000;
  if (value == -1) return std::nullopt;
  if (value < 0 || value > kLimitMax) {
    refuse(field, "must be 0 to 1000000, or -1 for none", std::to_string(value));
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(value);
}

std::optional<std::uint32_t> FieldReader::placeIfAny(std::string_view field, std::int32_t value) {
  if (value < -1) refuse(field, "must be 0 or more, or -1 for the end", std::to_string(value));
  if (value < 0) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

domain::Tier FieldReader::tier(std::string_view field, unsigned value) {
  if (value < 1 || value > 3) refuse(field, "must be 1, 2 or 3", std::to_string(value));
  return static_cast<domain::Tier>(value);
}

std::optional<domain::Tier> FieldReader::tierIfAny(std::string_view field, unsigned value) {
  if (value == 0) return std::nullopt;
  return tier(field, value);
}

std::optional<eventstore::CommandId> FieldReader::id(std::string_view field,
                                                     capnp::Data::Reader bytes) {
  eventstore::CommandId id;
  if (bytes.size() != id.bytes.size()) {
    refuse(field, "must be 16 bytes", std::to_string(bytes.size()) + " bytes");
    return std::nullopt;
  }
  std::memcpy(id.bytes.data(), bytes.begin(), id.bytes.size());
  if (id.isZero()) {
    refuse(field, "must be 16 bytes that are not all zero", "16 zero bytes");
    return std::nullopt;
  }
  return id;
}

bool FieldReader::fits(std::string_view field, std::size_t size, std::size_t max) {
  if (size <= max) return true;
  refuse(field, "must be at most " + std::to_string(max), std::to_string(size));
  return false;
}

std::vector<std::string> FieldReader::texts(std::string_view field,
                                            capnp::List<capnp::Text>::Reader list) {
  std::vector<std::string> all;
  if (!fits(field, list.size(), kTextsMax)) return all;
  for (const capnp::Text::Reader text : list) all.push_back(textOf(text));
  return all;
}

std::vector<std::string> FieldReader::names(std::string_view field,
                                            capnp::List<capnp::Text>::Reader list) {
  std::vector<std::string> all;
  if (!fits(field, list.size(), kTextsMax)) return all;
  for (const capnp::Text::Reader text : list) all.push_back(name(field, text));
  return all;
}

std::vector<domain::ServiceClass> FieldReader::classes(std::string_view field,
                                                       capnp::List<capnp::Text>::Reader list) {
  std::vector<domain::ServiceClass> all;
  if (!fits(field, list.size(), kTextsMax)) return all;
  for (const capnp::Text::Reader text : list) all.push_back(spelled(field, text, kClasses));
  return all;
}

std::vector<domain::ForeignAttribute> FieldReader::attributes(
    std::string_view field, capnp::List<api::Attribute>::Reader list, std::size_t depth) {
  std::vector<domain::ForeignAttribute> attributes;
  if (list.size() != 0 && depth > kMaxAttributeDepth) {
    refuse(field, "must be nested at most " + std::to_string(kMaxAttributeDepth) + " deep", "more");
    return attributes;
  }
  attributesSeen_ += list.size();
  if (attributesSeen_ > kMaxAttributes) {
    refuse(field, "must be at most " + std::to_string(kMaxAttributes) + " attributes in all",
           "more");
    return {};
  }
  attributes.reserve(list.size());
  for (const api::Attribute::Reader item : list) {
    domain::ForeignAttribute attribute{
        textOf(item.getKey()), textOf(item.getType()), textOf(item.getValue()), {}};
    if (item.hasChildren()) {
      attribute.children = this->attributes(field, item.getChildren(), depth + 1);
    }
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

}  // namespace docket::server
