// The enumerations of the stored format and those of the domain: the same values in the same order,
// spelled alike. A stored number means the same word for ever.
#include <capnp/schema.h>
#include <domain/codec/events.capnp.h>
#include <gtest/gtest.h>

#include <string>

#include "domain/types.h"

namespace docket::domain::codec {
namespace {

// "serviceRequest" -> "service-request", as the domain spells words.
std::string withDashes(const char* camelCase) {
  std::string made;
  for (const char* c = camelCase; *c != '\0'; ++c) {
    const bool isUpper = *c >= 'A' && *c <= 'Z';
    if (isUpper) made += '-';
    made += isUpper ? static_cast<char>(*c - 'A' + 'a') : *c;
  }
  return made;
}

template <class Wire, class Domain>
void expectSpelledAlike() {
  const auto schema = capnp::Schema::from<Wire>();
  const std::string name = schema.getProto().getDisplayName().cStr();
  std::uint16_t next = 0;
  for (const auto enumerant : schema.getEnumerants()) {
    ASSERT_EQ(enumerant.getOrdinal(), next) << name;
    EXPECT_EQ(text(static_cast<Domain>(next)), withDashes(enumerant.getProto().getName().cStr()))
        << name << " " << next;
    ++next;
  }
  EXPECT_GT(next, 1) << name;
  EXPECT_EQ(text(static_cast<Domain>(next)), "unknown") << name << ": the domain has one more";
}

TEST(CodecEnums, AreThoseOfTheDomain) {
  expectSpelledAlike<wire::ColumnCategory, ColumnCategory>();
  expectSpelledAlike<wire::TicketType, TicketType>();
  expectSpelledAlike<wire::ServiceClass, ServiceClass>();
  expectSpelledAlike<wire::BlockerKind, BlockerKind>();
  expectSpelledAlike<wire::PullRule, PullRule>();
  expectSpelledAlike<wire::WaitsFor, WaitsFor>();
  expectSpelledAlike<wire::ChangeKind, ChangeKind>();
  expectSpelledAlike<wire::Level, Level>();
  expectSpelledAlike<wire::Priority, Priority>();
  expectSpelledAlike<wire::CynefinDomain, CynefinDomain>();
  expectSpelledAlike<wire::Channel, Channel>();
  expectSpelledAlike<wire::Direction, Direction>();
  expectSpelledAlike<wire::LinkKind, LinkKind>();
  expectSpelledAlike<wire::Verdict, Verdict>();
  expectSpelledAlike<wire::ResolutionKind, ResolutionKind>();
  expectSpelledAlike<wire::Gate, Gate>();
  expectSpelledAlike<wire::PromiseKind, PromiseKind>();
  expectSpelledAlike<wire::ReturnCause, ReturnCause>();
  expectSpelledAlike<wire::Role, Role>();
}

}  // namespace
}  // namespace docket::domain::codec
