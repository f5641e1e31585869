// The one list of projections.
#include "projections/audit_view.h"
#include "projections/board_view.h"
#include "projections/desk_view.h"
#include "projections/engine.h"
#include "projections/queue_view.h"

namespace docket::projections {

std::vector<std::unique_ptr<Projection>> allProjections() {
  std::vector<std::unique_ptr<Projection>> projections;
  projections.push_back(std::make_unique<BoardView>());
  projections.push_back(std::make_unique<QueueView>());
  projections.push_back(std::make_unique<AuditView>());
  projections.push_back(std::make_unique<DeskView>());
  return projections;
}

}  // namespace docket::projections
