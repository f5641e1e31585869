// What tests of decisions say again and again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "tests/domain/desk.h"

namespace docket::domain::test {

// The one event of an accepted decision.
template <class Event>
Event onlyEvent(const Decision& decision) {
  EXPECT_THAT(refusedWith(decision), ::testing::IsEmpty());
  if (!decision || decision->changes.size() != 1 ||
      !std::holds_alternative<Event>(decision->changes.front().event)) {
    ADD_FAILURE() << "not the one event that was expected";
    return {};
  }
  return std::get<Event>(decision->changes.front().event);
}

// The first event of that kind among those of an accepted decision.
template <class Event>
Event firstEvent(const Decision& decision) {
  EXPECT_THAT(refusedWith(decision), ::testing::IsEmpty());
  if (decision) {
    for (const TicketChange& change : decision->changes) {
      if (const auto* found = std::get_if<Event>(&change.event)) return *found;
    }
  }
  ADD_FAILURE() << "no such event";
  return {};
}

// The one refusal of a decision.
template <class Reason, class Expected>
Reason onlyRefusal(const Expected& decision) {
  if (decision || decision.error().size() != 1 ||
      !std::holds_alternative<Reason>(decision.error().front())) {
    ADD_FAILURE() << "not the one refusal that was expected";
    return {};
  }
  return std::get<Reason>(decision.error().front());
}

inline std::vector<std::string> refused(const Desk& desk, const TicketCommand& command,
                                        const SubjectId& actor = kAnna) {
  return refusedWith(desk.when(command, actor));
}

}  // namespace docket::domain::test
