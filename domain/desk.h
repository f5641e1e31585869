// What a desk has once for all its boards: calendars, promise policies and services, each defined
// and redefined as a whole.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "domain/command.h"
#include "domain/desk_event.h"
#include "domain/refusal.h"

namespace docket::domain {

class World;

// Pure: same arguments, same answer. Collects every rule that the command breaks.
tl::expected<std::vector<DeskEvent>, Rejection> decide(const DeskCommand& command,
                                                       const World& world);

Definition namedDefinition(const DeskCommand& command);

// Whether `after` promises something else than `before` did, or promises again: then it counts as
// in use from there on, and what was promised before it is left as it is.
bool promisesAnew(const PromisePolicy& before, const PromisePolicy& after);

std::string describe(const DeskEvent& event);

}  // namespace docket::domain
