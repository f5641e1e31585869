#include "server/subject_keys.h"

#include <spdlog/spdlog.h>

namespace docket::server {

tl::expected<std::unique_ptr<eventstore::KeyStore>, eventstore::StoreError> openKeyStore(
    const Config& config, bool create) {
  return eventstore::KeyStore::open({.directory = config.keyDirectory() / "subjects",
                                     .masterKeyFile = config.masterKeys(),
                                     .create = create});
}

bool destroyKeys(eventstore::KeyStore& keys, std::span<const eventstore::Erasure> erasures) {
  const auto destroyed = keys.destroy(erasures);
  if (!destroyed) {
    spdlog::critical("the key of an erased subject is not destroyed yet: {}",
                     destroyed.error().message);
  }
  return destroyed.has_value();
}

}  // namespace docket::server
