// What a check ends with when it does not end well: one sentence for a person that names the first
// thing wrong, and of which kind it is.
//
// Expected failures are values here; nothing in this folder throws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace docket::client::verify {

// The numbers are the program's exit codes.
enum class ProblemKind {
  unreadable = 1,  // it could not be looked at, or what was given does not suffice to judge
  usage = 2,       // the command line is wrong
  integrity = 4,   // it was looked at, and it is not what it must be
};

struct Problem {
  ProblemKind kind;
  std::string sentence;
};

template <class T>
using Result = tl::expected<T, Problem>;

// Where something stands, put into words only when they are needed: "entry 5 of tile/entries/000",
// or the name alone.
struct Source {
  std::string_view name;
  std::string_view what = {};  // "entry"
  std::uint64_t place = 0;
  std::string text() const {
    if (what.empty()) return std::string(name);
    return std::string(what) + " " + std::to_string(place) + " of " + std::string(name);
  }
};

inline tl::unexpected<Problem> unreadable(std::string sentence) {
  return tl::make_unexpected(Problem{ProblemKind::unreadable, std::move(sentence)});
}
inline tl::unexpected<Problem> wrongUsage(std::string sentence) {
  return tl::make_unexpected(Problem{ProblemKind::usage, std::move(sentence)});
}
inline tl::unexpected<Problem> broken(std::string sentence) {
  return tl::make_unexpected(Problem{ProblemKind::integrity, std::move(sentence)});
}

}  // namespace docket::client::verify
