#include "client/cli/json_shapes.h"

#include "client/cli/time_text.h"

namespace docket::client::cli {
namespace {

std::string text(capnp::Text::Reader reader) {
  return std::string(textOf(reader));
}

// "nothing" is how the domain spells a text that is not set.
std::string notNone(capnp::Text::Reader reader) {
  return reader == "nothing" ? std::string() : text(reader);
}

}  // namespace

Json textsToJson(capnp::List<capnp::Text>::Reader texts) {
  Json array = Json::array();
  for (const auto item : texts) array.push_back(text(item));
  return array;
}

Json toJson(api::OptionalTime::Reader time) {
  if (time.isNone()) return nullptr;
  return isoUtc(time.getAt());
}

Json toJson(api::BoardSummary::Reader board) {
  return {{"key", text(board.getKey())},
          {"name", text(board.getName())},
          {"template", text(board.getTemplate())},
          {"tickets", board.getTickets()},
          {"unfinished", board.getUnfinished()}};
}

Json toJson(api::Card::Reader card) {
  return {{"id", text(card.getId())},
          {"column", text(card.getColumn())},
          {"category", text(card.getCategory())},
          {"type", text(card.getType())},
          {"class", text(card.getClass())},
          {"tier", card.getTier()},
          {"title", text(card.getTitle())},
          {"assignee", text(card.getAssignee())},
          {"blocked", text(card.getBlocked())},
          {"due", toJson(card.getDue())},
          {"opened_at", isoUtc(card.getOpenedAt())},
          {"in_column_since", isoUtc(card.getInColumnSince())},
          {"committed_at", toJson(card.getCommittedAt())},
          {"external_key", text(card.getExternalKey())}};
}

Json toJson(api::Board::Reader board) {
  Json columns = Json::array();
  for (const auto entry : board.getColumns()) {
    const auto column = entry.getColumn();
    columns.push_back(
        {{"id", text(column.getId())},
         {"name", text(column.getName())},
         {"category", text(column.getCategory())},
         {"wip_limit", column.getWipLimit() < 0 ? Json(nullptr) : Json(column.getWipLimit())},
         {"default_drop", column.getDefaultDrop()},
         {"count", entry.getCount()},
         {"cards", toJson<api::Card>(entry.getCards())},
         {"waits_for", notNone(column.getWaitsFor())}});
  }
  return {{"key", text(board.getKey())},
          {"name", text(board.getName())},
          {"template", text(board.getTemplate())},
          {"version", board.getVersion()},
          {"expedite_limit", board.getExpediteLimit()},
          {"columns", std::move(columns)}};
}

Json toJson(api::QueueEntry::Reader entry) {
  return {{"rank", entry.getRank()},
          {"rule", text(entry.getRule())},
          {"card", toJson(entry.getCard())}};
}

Json toJson(api::Attribute::Reader attribute) {
  return {{"key", text(attribute.getKey())},
          {"type", text(attribute.getType())},
          {"value", text(attribute.getValue())},
          {"children", toJson<api::Attribute>(attribute.getChildren())}};
}

Json toJson(api::EventFacts::Reader facts) {
  return {{"position", facts.getPosition()},
          {"version", facts.getVersion()},
          {"stream", text(facts.getStream())},
          {"type", text(facts.getType())},
          {"recorded_at", isoUtc(facts.getRecordedAt())},
          {"occurred_at", isoUtc(facts.getOccurredAt())},
          {"actor", text(facts.getActor())},
          {"on_behalf_of", text(facts.getOnBehalfOf())},
          {"origin", text(facts.getOrigin())},
          {"command_id", text(facts.getCommandId())},
          {"summary", text(facts.getSummary())}};
}

Json toJson(api::HistoryEntry::Reader entry) {
  Json json = toJson(entry.getFacts());
  json["text"] = text(entry.getText());
  json["imported"] = entry.getImported();
  json["activity"] = text(entry.getActivity());
  json["source_actor"] = text(entry.getSourceActor());
  json["sequence"] = entry.getSequence();
  json["foreign"] = toJson<api::Attribute>(entry.getForeign());
  return json;
}

Json toJson(api::Refusal::Reader refusal) {
  Json violations = Json::array();
  for (const auto violation : refusal.getViolations()) {
    Json facts = Json::object();
    for (const auto fact : violation.getFacts()) {
      facts[text(fact.getName())] = text(fact.getValue());
    }
    violations.push_back({{"code", text(violation.getCode())},
                          {"message", text(violation.getMessage())},
                          {"way_out", text(violation.getWayOut())},
                          {"facts", std::move(facts)}});
  }
  return {{"violations", std::move(violations)},
          {"changes", toJson<api::EventFacts>(refusal.getChanges())}};
}

Json toJson(api::ProjectionStatus::Reader status) {
  const bool stopped = status.getStoppedBy().size() > 0;
  return {{"name", text(status.getName())},
          {"schema_version", status.getSchemaVersion()},
          {"generation", status.getGeneration()},
          {"next", status.getNext()},
          {"head", status.getHead()},
          {"rebuilding", status.getRebuilding()},
          {"rebuild_next", status.getRebuilding() ? Json(status.getRebuildNext()) : Json(nullptr)},
          {"stopped_by", stopped ? Json(text(status.getStoppedBy())) : Json(nullptr)},
          {"stopped_at", stopped ? Json(status.getStoppedAt()) : Json(nullptr)}};
}

Json toJson(api::BackupFacts::Reader backup) {
  return {{"id", backup.getId()},
          {"log", text(backup.getStoreId())},
          {"head", backup.getHead()},
          {"root", text(backup.getRoot())},
          {"last_recorded", toJson(backup.getLastRecorded())},
          {"made_at", isoUtc(backup.getMadeAt())},
          {"new_bytes", backup.getNewBytes()}};
}

Json toJson(api::ServerInfo::Reader info) {
  return {{"version", text(info.getVersion())},
          {"protocol_version", info.getProtocolVersion()},
          {"store_id", text(info.getStoreId())},
          {"head", info.getHead()},
          {"max_command_bytes", info.getMaxCommandBytes()},
          {"max_batch", info.getMaxBatch()}};
}

Json toJson(api::Done::Reader done) {
  return {{"subject", text(done.getSubject())},
          {"position", done.getPosition()},
          {"version", done.getVersion()},
          {"events", done.getEvents()},
          {"repeated", done.getRepeated()}};
}

Json toJson(api::Subject::Reader subject) {
  return {{"id", textOf(subject.getId())},
          {"recorded", subject.getRecorded()},
          {"version", subject.getVersion()},
          {"erased", subject.getErased()},
          {"held", subject.getHeld()},
          {"history", toJson<api::HistoryEntry>(subject.getHistory())}};
}

}  // namespace docket::client::cli
