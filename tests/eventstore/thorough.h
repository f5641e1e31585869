// How much the hard tests do: the same sources make a quick test for every build and a thorough one
// (label "long").
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace docket::eventstore::testing {

#ifdef DOCKET_THOROUGH
inline constexpr bool kThorough = true;
#else
inline constexpr bool kThorough = false;
#endif

// The number that an environment variable gives, else `otherwise`.
inline std::uint64_t fromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? std::stoull(given) : otherwise;
}

// A new seed, or the one that is given; printed so that a run can be repeated.
inline std::uint64_t testSeed() {
  const std::uint64_t seed = fromEnvironment("DOCKET_TEST_SEED", std::random_device()());
  std::printf("seed %llu (repeat with DOCKET_TEST_SEED)\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace docket::eventstore::testing
