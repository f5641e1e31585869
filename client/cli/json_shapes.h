// The JSON that --json prints, made from the answers of a server (docs/CLI.md). Field names are a
// contract: they only grow. Nothing here depends on the clock.
#pragma once

#include <capnp/list.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "server/api/docket.capnp.h"

namespace docket::client::cli {

using Json = nlohmann::ordered_json;

inline std::string_view textOf(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}

Json toJson(api::OptionalTime::Reader time);  // a text, or null
Json toJson(api::BoardSummary::Reader board);
Json toJson(api::Board::Reader board);
Json toJson(api::Card::Reader card);
Json toJson(api::QueueEntry::Reader entry);
Json toJson(api::Ticket::Reader ticket);
Json toJson(api::EventFacts::Reader facts);
Json toJson(api::HistoryEntry::Reader entry);
Json toJson(api::Attribute::Reader attribute);
Json toJson(api::GuestPlacement::Reader guest);
Json toJson(api::HandOverOffer::Reader offer);
Json toJson(api::Clock::Reader clock);
Json toJson(api::Approval::Reader approval);
Json toJson(api::Check::Reader check);
Json toJson(api::Link::Reader link);
Json toJson(api::Refusal::Reader refusal);
Json toJson(api::ProjectionStatus::Reader status);
Json toJson(api::BackupFacts::Reader backup);
Json toJson(api::ServerInfo::Reader info);
Json toJson(api::Done::Reader done);
Json toJson(api::Subject::Reader subject);
Json toJson(api::Offer::Reader offer);
Json toJson(api::LintFinding::Reader finding);
Json toJson(api::BoardRules::Reader rules);
// Of a definition, whose version stands beside it.
Json toJson(api::Calendar::Reader calendar, std::uint64_t version);
Json toJson(api::PromisePolicy::Reader policy, std::uint64_t version);
Json toJson(api::Service::Reader service, std::uint64_t version);

// The working time a clock has run is beyond `targetSeconds`; null where the clock cannot be read.
Json isBeyond(api::Clock::Reader clock, std::int64_t targetSeconds);

template <class Struct>
Json toJson(typename capnp::List<Struct>::Reader list) {
  Json array = Json::array();
  for (const auto item : list) array.push_back(toJson(item));
  return array;
}

Json textsToJson(capnp::List<capnp::Text>::Reader texts);

}  // namespace docket::client::cli
