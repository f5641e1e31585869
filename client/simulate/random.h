// Random numbers that are the same on every machine and for ever: the generator is xoshiro256**
// (Blackman and Vigna, 2018), seeded through splitmix64, and the distributions use nothing but the
// basic operations of IEEE 754, which are exact everywhere. Those of the standard library differ
// from one library to the next, and so may its logarithm in the last bit.
//
// Not thread-safe.
#pragma once

#include <array>
#include <cstdint>

namespace docket::client::simulate {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();                      // any 64 bits
  double uniform();                          // [0, 1)
  std::uint64_t below(std::uint64_t bound);  // [0, bound); REQUIRES: bound > 0
  bool chance(double probability);
  double exponential();  // of mean 1
  double normal();       // near enough: the sum of twelve uniforms, less six
  double lognormal(double median, double sigma);

 private:
  std::array<std::uint64_t, 4> state_;
};

// To about 1e-14, by series; the same bits everywhere.
double naturalLog(double x);  // REQUIRES: x > 0, finite
double exponent(double x);

}  // namespace docket::client::simulate
