#include "client/import/command_id.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace docket::client::imports {

std::array<unsigned char, 16> importCommandId(std::string_view board, std::string_view externalKey,
                                              std::uint64_t sequence) {
  std::string text = "docket-import/1";
  text.push_back('\0');
  text.append(board).push_back('\0');
  text.append(externalKey).push_back('\0');
  text += std::to_string(sequence);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();  // SHA-256 of bytes in memory does not fail
  }
  std::array<unsigned char, 16> id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

}  // namespace docket::client::imports
