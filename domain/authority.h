// Who may ask for what (R12): roles on the board that a command is about, at that moment.
#pragma once

#include "domain/board.h"
#include "domain/ticket.h"

namespace docket::domain {

// The refusal, if the actor may not. `ticket` is as in decide(). On a board without any role
// everybody may do everything; the system actor always may.
std::optional<NotPermitted> checkAuthority(const Ticket& ticket, const TicketCommand& command,
                                           const Context& context);

// Whether the actor may exceed limits of the board and do what else a manager decides.
bool isManager(const Board& board, const Context& context);
// Neither agent nor manager: what work comes first, and where it stands, is not theirs to say.
bool isRequesterOnly(const Board& board, const Context& context);

}  // namespace docket::domain
