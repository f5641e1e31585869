// Why an import could not go on.
#pragma once

#include <string>
#include <utility>

namespace docket::client::imports {

struct ImportError {
  enum class Code {
    usage,        // the command or its map is wrong; nothing was sent
    badInput,     // the file or the map cannot be worked with
    brokenInput,  // the file breaks off or is damaged; what came before that was read
    server,       // the server refused, or takes no commands now
    unreachable,  // no server there, or the connection was lost
    integrity,    // the server's data is not what it must be
  };
  Code code;
  std::string message;  // one sentence
};

inline ImportError usageError(std::string message) {
  return {ImportError::Code::usage, std::move(message)};
}
inline ImportError brokenInput(std::string message) {
  return {ImportError::Code::brokenInput, std::move(message)};
}
inline ImportError badInput(std::string message) {
  return {ImportError::Code::badInput, std::move(message)};
}

}  // namespace docket::client::imports
