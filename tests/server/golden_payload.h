// A stored payload out of tests/domain/golden, as a log would hold it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace docket::server {

// `name` is type and version: "TicketPulled.v1".
inline std::vector<std::byte> goldenPayload(const std::string& name) {
  std::ifstream file(std::filesystem::path(DOCKET_GOLDEN_DIR) / (name + ".hex"));
  std::vector<std::byte> bytes;
  for (std::string line; std::getline(file, line);) {
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
      bytes.push_back(static_cast<std::byte>(std::stoul(line.substr(i, 2), nullptr, 16)));
    }
  }
  EXPECT_FALSE(bytes.empty()) << name;
  return bytes;
}

}  // namespace docket::server
