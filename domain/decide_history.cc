// What other systems did, as imports bring it.
#include <algorithm>
#include <utility>

#include "domain/decide.h"

namespace docket::domain {

// History is written down as it happened: no limit and no rule of today is asked.
void judge(const RecordHistory& command, const BoardWorld& world, const Context& context,
           Judgement& judgement) {
  const Board& board = world.board;
  const bool stays = command.column.empty();
  const Column* const column =
      targetColumn(board, command.column, board.first(ColumnCategory::queue), judgement);
  if (!judgement.sound()) return;

  TicketId id{board.key, world.lastNumber + 1};
  bool moves = !stays;
  const auto known = world.imported.find(command.externalKey);
  if (known != world.imported.end()) {
    id.number = known->second;
  } else if (const auto hidden =
                 std::find_if(world.setAside.begin(), world.setAside.end(),
                              [](const auto& ticket) { return ticket.second.isOpening; });
             hidden != world.setAside.end()) {
    // That ticket may be the one with this key; a second one must not be opened for it.
    const TicketId ticket{board.key, hidden->first};
    return judgement.refuse(EventNotUnderstood{ticket.text(), hidden->second.event});
  } else {
    TicketOpened opened;
    opened.id = id;
    opened.place = placeOf(*column);
    opened.type = command.type;
    if (command.type == TicketType::problem) opened.tier = Tier::second;  // R6
    opened.title = command.title.empty() ? command.externalKey : command.title;
    opened.externalKey = command.externalKey;
    opened.foreign = command.ticketForeign;
    judgement.write(id, std::move(opened));
  }
  judgement.decided.ticket = id;
  // What the desk has worked on since is the desk's: history is written down and moves nothing.
  moves = moves && !context.world.wasWorkedOn(id);
  judgement.write(
      id, HistoryRecorded{command.sequence, command.activity, command.actor,
                          moves ? std::optional(placeOf(*column)) : std::nullopt, command.foreign,
                          command.assignee, command.team, command.tier});
}

}  // namespace docket::domain
