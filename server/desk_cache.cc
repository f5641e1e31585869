#include "server/desk_cache.h"

namespace docket::server {

const domain::DeskDefinitions& DeskCache::read(const projections::RowReader& rows) {
  const auto asOf = projections::DeskView::definitionsAsOf(rows);
  if (asOf != asOf_) {
    definitions_ = projections::DeskView::definitions(rows);
    asOf_ = asOf;
  }
  return definitions_;
}

}  // namespace docket::server
