#include "client/simulate/random.h"

#include <cmath>

namespace docket::client::simulate {
namespace {

constexpr double kLn2 = 0.693147180559945309417;

std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

std::uint64_t rotated(std::uint64_t x, unsigned bits) {
  return (x << bits) | (x >> (64U - bits));
}

}  // namespace

Random::Random(std::uint64_t seed) : state_{} {
  for (std::uint64_t& word : state_) word = splitmix64(seed);
}

std::uint64_t Random::next() {
  const std::uint64_t result = rotated(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotated(state_[3], 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(next() >> 11U) * 0x1.0p-53;
}

// The bias is under one in 2^40 for the small bounds of a desk.
std::uint64_t Random::below(std::uint64_t bound) {
  return next() % bound;
}

bool Random::chance(double probability) {
  return uniform() < probability;
}

double Random::exponential() {
  return -naturalLog(1.0 - uniform());
}

double Random::normal() {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) sum += uniform();
  return sum;
}

double Random::lognormal(double median, double sigma) {
  return median * exponent(sigma * normal());
}

double naturalLog(double x) {
  int power = 0;
  double mantissa = std::frexp(x, &power);  // exact
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --power;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)), where the argument is at most 0.172.
  const double s = (mantissa - 1) / (mantissa + 1);
  const double square = s * s;
  double sum = 0;
  for (int n = 19; n >= 1; n -= 2) sum = sum * square + 1.0 / n;
  return 2 * s * sum + power * kLn2;
}

double exponent(double x) {
  const double halves = std::floor(x / kLn2 + 0.5);
  const double rest = x - halves * kLn2;  // at most 0.35 either way
  double sum = 1;
  for (int n = 16; n >= 1; --n) sum = 1 + sum * rest / n;
  return std::ldexp(sum, static_cast<int>(halves));
}

}  // namespace docket::client::simulate
