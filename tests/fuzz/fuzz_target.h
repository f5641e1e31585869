// What every fuzz target shares. A target is one source that defines LLVMFuzzerTestOneInput and
// calls require() for what must hold of any bytes whatever. It is linked with libFuzzer (preset
// `fuzz`), or with replay_main.cc, which runs it over a corpus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

namespace docket::fuzz {

// Inputs that the decoder took for what it decodes. A corpus that has none tests only refusals.
inline std::uint64_t accepted = 0;

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::span<const std::byte> asBytes(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

inline std::string_view asText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace docket::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
