// Automation rules: what a board asks for by itself when a ticket enters a column.
//
// Each wish is a command like any other, decided by the same rules, by the system actor, with the
// event that caused it. Only the writer asks for them, never a rebuild.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/ticket.h"
#include "domain/world.h"

namespace docket::domain {

// How many rules may follow one from the other; what a longer chain asks for is not done, and that
// is written down.
inline constexpr int kRuleDepthMax = 5;
// How much rules may do after one command in all: rules that move a ticket to and fro would else
// multiply with the depth.
inline constexpr std::uint32_t kRuleCommandsMax = 100;

struct FollowUp {
  BoardKey board;  // whose rule it is
  RuleId rule;
  TicketCommand command;
};

// What the rules ask for after `event` of `ticket`, which stands as it left it. In the order of the
// board's rules.
std::vector<FollowUp> followUps(const Ticket& ticket, const TicketEvent& event, const World& world);

}  // namespace docket::domain
