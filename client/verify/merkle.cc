#include "client/verify/merkle.h"

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <memory>

namespace docket::client::verify {
namespace {

constexpr Bytes kLeafPrefix("\0", 1);
constexpr Bytes kNodePrefix("\1", 1);

// Looked up once a thread: OpenSSL's own look-up costs more than hashing a node does.
struct Hasher {
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

}  // namespace

Digest Digest::of(Bytes exactly32) {
  Digest digest;
  if (exactly32.size() != digest.bytes.size()) std::abort();
  std::copy(exactly32.begin(), exactly32.end(), digest.bytes.begin());
  return digest;
}

Digest sha256(std::initializer_list<Bytes> parts) {
  static thread_local Hasher hasher;
  EVP_MD_CTX* context = hasher.context.get();
  Digest digest;
  bool ok = EVP_DigestInit_ex(context, hasher.algorithm.get(), nullptr) == 1;
  for (const Bytes part : parts) {
    ok = ok && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  ok = ok &&
       EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.bytes.data()), nullptr);
  if (!ok) std::abort();  // an OpenSSL without SHA-256: nothing can be verified
  return digest;
}

Digest leafHash(Bytes entry) {
  return sha256({kLeafPrefix, entry});
}

Digest nodeHash(const Digest& left, const Digest& right) {
  return sha256({kNodePrefix, left.view(), right.view()});
}

void Frontier::add(const Digest& leaf) {
  completed_.assign(1, leaf);
  ++size_;
  for (int level = 0; level < std::countr_zero(size_); ++level) {
    completed_.push_back(nodeHash(nodes_.back(), completed_.back()));
    nodes_.pop_back();
  }
  nodes_.push_back(completed_.back());
}

Digest Frontier::root() const {
  if (nodes_.empty()) return sha256({});
  Digest folded = nodes_.back();
  for (std::size_t i = nodes_.size() - 1; i-- > 0;) folded = nodeHash(nodes_[i], folded);
  return folded;
}

bool inclusionHolds(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                    std::span<const Digest> path, const Digest& root) {
  if (index >= size) return false;
  std::uint64_t at = index;
  std::uint64_t last = size - 1;
  Digest folded = leaf;
  for (const Digest& beside : path) {
    if (last == 0) return false;  // the path is longer than the tree is high
    if (at % 2 == 1 || at == last) {
      folded = nodeHash(beside, folded);
      // The right edge has no sibling on its right: go up to where the node is a right child.
      while (at % 2 == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      folded = nodeHash(folded, beside);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && folded == root;
}

bool consistencyHolds(std::uint64_t oldSize, const Digest& oldRoot, std::uint64_t newSize,
                      const Digest& newRoot, std::span<const Digest> path) {
  if (oldSize > newSize) return false;
  if (oldSize == 0 && oldRoot != sha256({})) return false;
  if (oldSize == newSize) return path.empty() && oldRoot == newRoot;
  if (oldSize == 0) return path.empty();
  // A complete old tree is a node of the new one, and the path need not say it.
  std::vector<Digest> whole;
  if (std::has_single_bit(oldSize)) whole.push_back(oldRoot);
  whole.insert(whole.end(), path.begin(), path.end());
  if (whole.empty()) return false;

  std::uint64_t at = oldSize - 1;
  std::uint64_t last = newSize - 1;
  while (at % 2 == 1) {
    at >>= 1;
    last >>= 1;
  }
  Digest foldedOld = whole.front();
  Digest foldedNew = whole.front();
  for (const Digest& beside : std::span(whole).subspan(1)) {
    if (last == 0) return false;
    if (at % 2 == 1 || at == last) {
      foldedOld = nodeHash(beside, foldedOld);
      foldedNew = nodeHash(beside, foldedNew);
      while (at % 2 == 0 && at != 0) {
        at >>= 1;
        last >>= 1;
      }
    } else {
      foldedNew = nodeHash(foldedNew, beside);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && foldedOld == oldRoot && foldedNew == newRoot;
}

}  // namespace docket::client::verify
