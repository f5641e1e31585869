// Everything that can have happened to what is kept about a person.
//
// The reasons are read by auditors for ever and are not sealed: they say why, never who.
#pragma once

#include <string>
#include <variant>

#include "domain/types.h"

namespace docket::domain {

// From here on nobody can read what was sealed with this subject's key: the key is destroyed.
struct SubjectErased {
  std::string reason;
  bool operator==(const SubjectErased&) const = default;
};

// What is kept about the subject must stay: a court or a contract asks for it.
struct LegalHoldPlaced {
  std::string reason;
  bool operator==(const LegalHoldPlaced&) const = default;
};

struct LegalHoldLifted {
  std::string reason;
  bool operator==(const LegalHoldLifted&) const = default;
};

using SubjectEvent = std::variant<SubjectErased, LegalHoldPlaced, LegalHoldLifted>;

}  // namespace docket::domain
