#include "server/world_replay.h"

#include <utility>
#include <variant>

#include "domain/cases.h"

namespace docket::server {

namespace codec = domain::codec;

namespace {

tl::unexpected<std::string> atPosition(const eventstore::Envelope& envelope, std::string what) {
  return tl::make_unexpected("event at position " + std::to_string(envelope.position.value) +
                             std::move(what));
}

constexpr const char* kBadTicketStream = " stands in a ticket stream of no valid name";

tl::expected<void, std::string> setAside(domain::World& world,
                                         const eventstore::Envelope& envelope) {
  if (envelope.streamKind == codec::kTicketStream) {
    const auto id = domain::TicketId::parse(envelope.streamId);
    if (!id) return atPosition(envelope, kBadTicketStream);
    world.setAside(*id, unreadEvent(envelope));
  } else if (envelope.streamKind == codec::kBoardStream) {
    world.setAside(domain::BoardKey{std::string(envelope.streamId)}, unreadEvent(envelope));
  } else if (envelope.streamKind == codec::kSubjectStream) {
    world.setAside(domain::SubjectId{std::string(envelope.streamId)}, unreadEvent(envelope));
  } else if (const auto definition = codec::definitionOf(envelope.streamKind, envelope.streamId)) {
    world.setAside(*definition, unreadEvent(envelope));
  }
  return {};
}

}  // namespace

domain::UnreadEvent unreadEvent(const eventstore::Envelope& envelope) {
  return {envelope.position.value, std::string(envelope.type), envelope.schemaVersion};
}

tl::expected<void, std::string> foldInto(
    domain::World& world, const eventstore::Envelope& envelope,
    const tl::expected<codec::Event, codec::DecodeError>& event) {
  if (!event && event.error().isDamage()) {
    return atPosition(envelope, " cannot be read: " + event.error().message);
  }
  if (!event) return setAside(world, envelope);
  std::string id(envelope.streamId);
  return std::visit(
      domain::Cases{
          [&](const domain::TicketEvent& happened) -> tl::expected<void, std::string> {
            const auto ticket = domain::TicketId::parse(id);
            if (!ticket) return atPosition(envelope, kBadTicketStream);
            world.apply(*ticket, happened, envelope.occurredAt);
            return {};
          },
          [&](const domain::BoardEvent& happened) -> tl::expected<void, std::string> {
            world.apply(domain::BoardKey{std::move(id)}, happened);
            return {};
          },
          [&](const domain::SubjectEvent& happened) -> tl::expected<void, std::string> {
            world.apply(domain::SubjectId{std::move(id)}, happened);
            return {};
          },
          [&](const domain::DeskEvent& happened) -> tl::expected<void, std::string> {
            world.apply(happened, envelope.occurredAt);
            return {};
          },
      },
      *event);
}

}  // namespace docket::server
