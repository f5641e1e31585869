// A person as the log knows one: an opaque id, whether they were erased and whether that may be.
// How events make it, and how commands on it are decided.
//
// A subject needs no making: whoever is named anywhere may be held or erased.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "domain/command.h"
#include "domain/refusal.h"
#include "domain/subject_event.h"

namespace docket::domain {

struct Subject {
  bool exists = false;        // something was recorded of it
  std::uint64_t version = 0;  // the stream version of the last event
  bool erased = false;
  std::optional<std::string> legalHold;  // its reason, while one stands

  bool operator==(const Subject&) const = default;
};

void evolve(Subject& subject, const SubjectEvent& event);

tl::expected<std::vector<SubjectEvent>, Rejection> decide(const Subject& subject,
                                                          const SubjectCommand& command);

SubjectId namedSubject(const SubjectCommand& command);

std::string describe(const SubjectEvent& event);

}  // namespace docket::domain
