// A file that is there as a whole or not at all, and never in place of another.
//
// What is written goes to a file beside it, ".NAME.XXXXXX", which commit() syncs and renames.
// Without commit() nothing is left. What is no regular file (a pipe, /dev/null) is written to
// directly.
//
// Threads: one.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace docket::client::exports {

struct OutputError {
  bool isTaken = false;  // something has that name already
  std::string message;   // one sentence
};

class OutputFile {
 public:
  [[nodiscard]] static tl::expected<std::unique_ptr<OutputFile>, OutputError> create(
      const std::string& path);
  ~OutputFile();  // without commit(): takes away what was written
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // A failure is kept, and told by commit().
  void write(std::string_view bytes);
  bool failed() const { return error_ != 0; }

  [[nodiscard]] tl::expected<void, OutputError> commit();

 private:
  OutputFile(std::string path, std::string temporary, std::FILE* file);

  const std::string path_;
  std::string temporary_;  // empty: written to directly, or renamed
  std::FILE* file_;
  int error_ = 0;  // errno of the first failure
};

}  // namespace docket::client::exports
