#include "eventstore/sip_hash.h"

#include <openssl/rand.h>

#include <cstdlib>

namespace docket::eventstore {

SipHash::Key newHashKey() {
  SipHash::Key key;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) != 1) {
    std::abort();  // no random source: nothing that follows could be trusted
  }
  return key;
}

}  // namespace docket::eventstore
