// Commands on the wire for the tests of the mapping.
#pragma once

#include <capnp/message.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "server/mapping.h"

namespace docket::server::testing {

inline const domain::SubjectId kActor{"ada"};

inline void setId(api::CommandHeader::Builder header, unsigned char last = 1) {
  auto id = header.initId(16);
  std::memset(id.begin(), 0, id.size());
  id[15] = last;
}

// A command with a good header, as `fill` makes it.
template <class Wire>
MappedCommand readWire(const std::function<void(typename Wire::Builder)>& fill,
                       const domain::SubjectId& actor = kActor) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<Wire>();
  setId(command.initHeader());
  fill(command);
  return readCommand(command.asReader(), actor);
}

inline std::vector<std::string> invalidFields(const MappedCommand& command) {
  std::vector<std::string> fields;
  if (command) return fields;
  for (const domain::Refusal& refusal : command.error()) {
    fields.push_back(std::get<domain::FieldInvalid>(refusal).field);
  }
  return fields;
}

// The command's own part; a test that gets another one fails here.
template <class Command, class Family>
Command bodyOf(const MappedCommand& request) {
  if (!request) {
    std::string fields;
    for (const std::string& field : invalidFields(request)) fields += " " + field;
    ADD_FAILURE() << "refused:" << fields;
    return {};
  }
  const auto* family = std::get_if<Family>(&request->command);
  const auto* command = family == nullptr ? nullptr : std::get_if<Command>(family);
  if (command == nullptr) {
    ADD_FAILURE() << "it came across as another command";
    return {};
  }
  return *command;
}

}  // namespace docket::server::testing
