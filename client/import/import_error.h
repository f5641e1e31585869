// Why an import could not go on.
#pragma once

#include <string>
#include <utility>

namespace docket::client::imports {

struct ImportError {
  enum class Code {
    usage,     // the command or its map is wrong; nothing was sent
    badInput,  // the file cannot be read, or not to its end
    server,    // the server refused or could not be reached
    unreachable,
  };
  Code code;
  std::string message;  // one sentence
};

inline ImportError usageError(std::string message) {
  return {ImportError::Code::usage, std::move(message)};
}
inline ImportError badInput(std::string message) {
  return {ImportError::Code::badInput, std::move(message)};
}

}  // namespace docket::client::imports
