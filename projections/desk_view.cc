#include "projections/desk_view.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>
#include <variant>

#include "domain/cases.h"
#include "domain/working_time.h"
#include "projections/card_codec.h"
#include "projections/row_codec.h"

namespace docket::projections {
namespace {

using domain::BoardKey;
using domain::Definition;
using domain::DefinitionKind;
using domain::DeskDefinitions;
using domain::DeskEvent;
using domain::TicketId;
using domain::Timestamp;

// --- Rows; README.md lists them ------------------------------------------------------------------
constexpr char kBoardTag = 'b';
constexpr char kDefinitionTag = 'd';
constexpr char kOfferTag = 'o';
constexpr char kAsOfTag = 's';

Key boardKey(const BoardKey& board) {
  return Key(kBoardTag).tail(board.value);
}
Key definitionKey(const Definition& definition) {
  return Key(kDefinitionTag)
      .number(static_cast<std::uint64_t>(definition.kind))
      .tail(definition.id);
}
Key offerKey(const BoardKey& to, const TicketId& id) {
  Key key = Key(kOfferTag).text(to.value);
  addTicket(key, to, id);
  return key;
}

// A definition as its last event says it, which is kept in its stored form.
struct DefinitionRow {
  std::uint64_t version = 0;
  Timestamp since;  // of a promise policy: in use
  DeskEvent event;
};

std::string encodeDefinition(const DefinitionRow& definition) {
  const domain::codec::EncodedEvent event = domain::codec::encode(definition.event);
  return RowWriter()
      .number(definition.version)
      .time(definition.since)
      .text(event.type)
      .number(event.schemaVersion)
      .text({reinterpret_cast<const char*>(event.payload.data()), event.payload.size()})
      .take();
}

DefinitionRow decodeDefinition(std::string_view bytes) {
  RowParser row(bytes);
  DefinitionRow definition;
  definition.version = row.number();
  definition.since = row.time();
  const std::string_view type = row.text();
  const auto schemaVersion = static_cast<std::uint16_t>(row.number(0xffff));
  const std::string_view payload = row.text();
  if (!row.whole()) throw ViewDamaged("a definition is not what was written");
  const auto first = reinterpret_cast<const std::byte*>(payload.data());
  // Decoding wants the bytes where a word may begin.
  const std::vector<std::byte> aligned(first, first + payload.size());
  auto event = domain::codec::decode(type, schemaVersion, aligned);
  auto* const desk = event ? std::get_if<DeskEvent>(&*event) : nullptr;
  if (desk == nullptr) throw ViewDamaged("a definition is not what was written");
  definition.event = std::move(*desk);
  return definition;
}

Definition definitionIn(const DeskEvent& event) {
  return std::visit(domain::Cases{
                        [](const domain::CalendarSet& e) {
                          return Definition{DefinitionKind::calendar, e.calendar.id.value};
                        },
                        [](const domain::PromisePolicySet& e) {
                          return Definition{DefinitionKind::promisePolicy, e.policy.id.value};
                        },
                        [](const domain::ServiceSet& e) {
                          return Definition{DefinitionKind::service, e.service.id.value};
                        },
                    },
                    event);
}

bool isPolicyInUse(const DeskEvent& event) {
  const auto* const set = std::get_if<domain::PromisePolicySet>(&event);
  return set != nullptr && set->policy.inUse;
}

// --- The fold ------------------------------------------------------------------------------------

void applyDefinition(const eventstore::Envelope& envelope, const DeskEvent& event, Rows& rows) {
  const Key key = definitionKey(definitionIn(event));
  DefinitionRow definition{0, envelope.occurredAt, event};
  if (const auto stored = rows.get(key)) {
    const DefinitionRow before = decodeDefinition(*stored);
    definition.version = before.version + 1;
    if (isPolicyInUse(before.event)) definition.since = before.since;
  }
  rows.put(key, encodeDefinition(definition));
  rows.put(Key(kAsOfTag), RowWriter().number(envelope.position.value).take());
}

tl::expected<void, std::string> applyTicket(const eventstore::Envelope& envelope,
                                            const domain::TicketEvent& event, Rows& rows) {
  const auto* const offered = std::get_if<domain::HandOverOffered>(&event);
  const auto* const accepted = std::get_if<domain::HandOverAccepted>(&event);
  const auto* const returned = std::get_if<domain::HandOverReturned>(&event);
  if (offered == nullptr && accepted == nullptr && returned == nullptr) return {};
  const auto id = ticketOf(envelope);
  if (!id) return tl::unexpected(id.error());
  if (offered != nullptr) {
    rows.put(offerKey(offered->to, *id), RowWriter().time(envelope.occurredAt).take());
  } else {
    rows.erase(offerKey(accepted != nullptr ? accepted->by : returned->by, *id));
  }
  return {};
}

// --- Reading -------------------------------------------------------------------------------------

void add(DeskDefinitions& all, DefinitionRow&& row) {
  std::visit(domain::Cases{
                 [&](domain::CalendarSet& e) {
                   domain::DefinedCalendar& defined = all.calendars[e.calendar.id];
                   defined.version = row.version;
                   if (auto compiled = domain::WorkingTime::compile(e.calendar)) {
                     defined.workingTime =
                         std::make_shared<const domain::WorkingTime>(*std::move(compiled));
                   }
                   defined.calendar = std::move(e.calendar);
                 },
                 [&](domain::PromisePolicySet& e) {
                   domain::DefinedPolicy& defined = all.policies[e.policy.id];
                   defined.version = row.version;
                   defined.since = row.since;
                   defined.policy = std::move(e.policy);
                 },
                 [&](domain::ServiceSet& e) {
                   domain::DefinedService& defined = all.services[e.service.id];
                   defined.version = row.version;
                   defined.service = std::move(e.service);
                 },
             },
             row.event);
}

}  // namespace

tl::expected<void, std::string> DeskView::apply(const eventstore::Envelope& envelope,
                                                const domain::codec::Event& event,
                                                Rows& rows) const {
  return std::visit(
      domain::Cases{
          [&](const domain::TicketEvent& ticket) { return applyTicket(envelope, ticket, rows); },
          [&](const domain::BoardEvent& board) -> tl::expected<void, std::string> {
            // That it is there is all that matters here.
            if (std::holds_alternative<domain::BoardCreated>(board)) {
              rows.put(boardKey({std::string(envelope.streamId)}), {});
            }
            return {};
          },
          [](const domain::SubjectEvent&) -> tl::expected<void, std::string> { return {}; },
          [&](const DeskEvent& desk) -> tl::expected<void, std::string> {
            applyDefinition(envelope, desk, rows);
            return {};
          },
      },
      event);
}

tl::expected<void, std::string> DeskView::applyUnread(const eventstore::Envelope& envelope,
                                                      const domain::codec::DecodeError& error,
                                                      Rows& rows) const {
  if (domain::codec::definitionOf(envelope.streamKind, envelope.streamId)) {
    return tl::make_unexpected(error.message + "; a newer version of the server understands it");
  }
  return Projection::applyUnread(envelope, error, rows);
}

DeskDefinitions DeskView::definitions(const RowReader& rows) {
  DeskDefinitions all;
  rows.scan(Key(kDefinitionTag), [&](std::string_view, std::string_view value) {
    add(all, decodeDefinition(value));
    return true;
  });
  return all;
}

std::optional<std::uint64_t> DeskView::definitionsAsOf(const RowReader& rows) {
  const auto stored = rows.get(Key(kAsOfTag));
  if (!stored) return std::nullopt;
  RowParser row(*stored);
  const std::uint64_t position = row.number();
  if (!row.whole()) throw ViewDamaged("the age of the definitions is not what was written");
  return position;
}

std::optional<std::vector<WaitingOffer>> DeskView::inbox(const RowReader& rows,
                                                         const BoardKey& key) {
  if (!rows.get(boardKey(key))) return std::nullopt;
  std::vector<WaitingOffer> offers;
  const Key prefix = Key(kOfferTag).text(key.value);
  rows.scan(prefix, [&](std::string_view at, std::string_view value) {
    RowParser row(value);
    const Timestamp since = row.time();
    if (!row.whole()) throw ViewDamaged("an offer is not what was written");
    offers.push_back({ticketAtEnd(at.substr(prefix.bytes().size()), key), since});
    return true;
  });
  std::sort(offers.begin(), offers.end(), [](const WaitingOffer& a, const WaitingOffer& b) {
    return std::tie(a.since, a.ticket) < std::tie(b.since, b.ticket);
  });
  return offers;
}

}  // namespace docket::projections
