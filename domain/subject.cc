#include "domain/subject.h"

#include <utility>

#include "domain/cases.h"
#include "domain/text_rules.h"

namespace docket::domain {
namespace {

using SubjectDecision = tl::expected<std::vector<SubjectEvent>, Rejection>;

// What all three commands must have: a subject, and a reason for those who look later.
Rejection checkForm(const SubjectId& subject, const std::string& reason) {
  Rejection rejection;
  if (auto refusal = checkSubject("subject", subject)) rejection.push_back(*std::move(refusal));
  if (auto refusal = checkText("reason", reason, kReasonRule)) {
    rejection.push_back(*std::move(refusal));
  }
  return rejection;
}

SubjectDecision decided(Rejection rejection, SubjectEvent event) {
  if (!rejection.empty()) return tl::unexpected(std::move(rejection));
  return std::vector<SubjectEvent>{std::move(event)};
}

SubjectDecision decideErase(const Subject& subject, const EraseSubject& command) {
  Rejection rejection = checkForm(command.subject, command.reason);
  if (subject.erased) rejection.push_back(SubjectIsErased{command.subject});
  if (subject.legalHold) rejection.push_back(LegalHoldStands{command.subject, *subject.legalHold});
  return decided(std::move(rejection), SubjectErased{command.reason});
}

SubjectDecision decidePlace(const Subject& subject, const PlaceLegalHold& command) {
  Rejection rejection = checkForm(command.subject, command.reason);
  // There is nothing left to hold.
  if (subject.erased) rejection.push_back(SubjectIsErased{command.subject});
  if (subject.legalHold) {
    rejection.push_back(NothingToChange{"a legal hold stands on " + command.subject.value});
  }
  return decided(std::move(rejection), LegalHoldPlaced{command.reason});
}

SubjectDecision decideLift(const Subject& subject, const LiftLegalHold& command) {
  Rejection rejection = checkForm(command.subject, command.reason);
  if (!subject.legalHold) rejection.push_back(NoLegalHold{command.subject});
  return decided(std::move(rejection), LegalHoldLifted{command.reason});
}

}  // namespace

void evolve(Subject& subject, const SubjectEvent& event) {
  if (subject.exists) ++subject.version;
  subject.exists = true;
  std::visit(Cases{
                 [&](const SubjectErased&) {
                   subject.erased = true;
                   subject.legalHold.reset();
                 },
                 [&](const LegalHoldPlaced& placed) { subject.legalHold = placed.reason; },
                 [&](const LegalHoldLifted&) { subject.legalHold.reset(); },
             },
             event);
}

SubjectDecision decide(const Subject& subject, const SubjectCommand& command) {
  return std::visit(Cases{
                        [&](const EraseSubject& erase) { return decideErase(subject, erase); },
                        [&](const PlaceLegalHold& place) { return decidePlace(subject, place); },
                        [&](const LiftLegalHold& lift) { return decideLift(subject, lift); },
                    },
                    command);
}

SubjectId namedSubject(const SubjectCommand& command) {
  return std::visit([](const auto& any) { return any.subject; }, command);
}

}  // namespace docket::domain
