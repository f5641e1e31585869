// A folder for one benchmark, gone when it ends. Stands in DOCKET_BENCH_DIR, or the current folder:
// not in the system's temporary one, which may be memory and would make every sync free.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace docket::bench {

class Scratch {
 public:
  explicit Scratch(const std::string& name) {
    const char* base = std::getenv("DOCKET_BENCH_DIR");
    path_ = std::filesystem::absolute(base == nullptr ? "." : base) /
            ("docket-bench-" + name + "-" + std::to_string(::getpid()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace docket::bench
