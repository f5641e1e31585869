// What people write to a service desk and what it answers: made up here, word by word.
#pragma once

#include <string>
#include <string_view>

#include "client/simulate/random.h"

namespace docket::client::simulate {

std::string titleFor(std::string_view type, Random& random);
std::string descriptionFor(std::string_view type, Random& random);
std::string_view urgentTitle();
std::string_view workNote(Random& random);
std::string_view questionToCustomer(Random& random);
std::string_view answerOfCustomer(Random& random);
std::string_view triageNote(Random& random);
std::string_view supportFinding(Random& random);
std::string_view resolution(Random& random);
std::string_view reopenReason(Random& random);
std::string_view noRoomNote(Random& random);

struct BlockerWords {
  std::string_view kind;
  std::string_view reason;
  std::string_view release;
};
BlockerWords blocker(Random& random);

}  // namespace docket::client::simulate
