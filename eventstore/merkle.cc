#include "eventstore/merkle.h"

#include <bit>
#include <cstdlib>
#include <utility>

#include "eventstore/sha256.h"

namespace docket::eventstore {

Digest leafHash(std::span<const std::byte> entry) {
  Sha256 hash;
  hash.update(std::byte{0});
  hash.update(entry);
  return hash.finish();
}

Digest nodeHash(const Digest& left, const Digest& right) {
  Sha256 hash;
  hash.update(std::byte{1});
  hash.update(left.bytes);
  hash.update(right.bytes);
  return hash.finish();
}

Digest emptyRoot() {
  return sha256({});
}

Frontier::Frontier(std::uint64_t size, std::vector<Digest> nodes)
    : size_(size), nodes_(std::move(nodes)) {
  if (nodes_.size() != static_cast<std::size_t>(std::popcount(size))) std::abort();
}

Digest Frontier::root() const {
  if (nodes_.empty()) return emptyRoot();
  Digest root = nodes_.back();
  for (std::size_t i = nodes_.size() - 1; i > 0; --i) root = nodeHash(nodes_[i - 1], root);
  return root;
}

}  // namespace docket::eventstore
