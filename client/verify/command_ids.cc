#include "client/verify/command_ids.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <queue>
#include <string>

namespace docket::client::verify {
namespace {

tl::unexpected<Problem> noSpace(const char* what) {
  return unreadable(std::string("the temporary file for command ids cannot be ") + what + ": " +
                    std::strerror(errno));
}

std::FILE* openUnnamedFile() {
  std::error_code error;
  std::string path =
      (std::filesystem::temp_directory_path(error) / "docket-verify-XXXXXX").string();
  const int fd = error ? -1 : mkstemp(path.data());
  if (fd < 0) return nullptr;
  unlink(path.c_str());
  return fdopen(fd, "w+b");
}

}  // namespace

class CommandIds::Run {
 public:
  Run(std::FILE* file, std::size_t begin, std::size_t length)
      : file_(file), next_(begin), end_(begin + length) {}

  bool atEnd() const { return at_ == block_.size() && next_ == end_; }

  // REQUIRES: !atEnd(). None if the file cannot be read.
  const Entry* front() {
    if (at_ == block_.size()) {
      block_.resize(std::min(kBlock, end_ - next_));
      at_ = 0;
      if (std::fseek(file_, static_cast<long>(next_ * sizeof(Entry)), SEEK_SET) != 0 ||
          std::fread(block_.data(), sizeof(Entry), block_.size(), file_) != block_.size()) {
        return nullptr;
      }
      next_ += block_.size();
    }
    return &block_[at_];
  }
  void pop() { ++at_; }

 private:
  static constexpr std::size_t kBlock = 4096;
  std::FILE* file_;
  std::size_t next_;  // entry of the file
  std::size_t end_;
  std::vector<Entry> block_;
  std::size_t at_ = 0;
};

Result<void> CommandIds::add(Bytes id, std::uint64_t position) {
  Entry entry{{}, position};
  std::copy(id.begin(), id.end(), entry.id.begin());
  entries_.push_back(entry);
  ++count_;
  if (entries_.size() < inMemory_) return {};
  return spill();
}

Result<void> CommandIds::spill() {
  if (!file_) file_.reset(openUnnamedFile());
  if (!file_) return noSpace("made");
  std::sort(entries_.begin(), entries_.end());
  if (std::fwrite(entries_.data(), sizeof(Entry), entries_.size(), file_.get()) !=
      entries_.size()) {
    return noSpace("written");
  }
  runLengths_.push_back(entries_.size());
  entries_.clear();
  return {};
}

Result<std::optional<CommandIds::Twice>> CommandIds::findTwice() {
  std::optional<Twice> found;
  std::optional<Entry> before;
  const auto see = [&](const Entry& entry) {
    if (before && before->id == entry.id && (!found || entry.position < found->again)) {
      found = Twice{entry.id, before->position, entry.position};
    }
    before = entry;
  };
  if (!file_) {
    std::sort(entries_.begin(), entries_.end());
    for (const Entry& entry : entries_) see(entry);
    return found;
  }
  if (auto spilled = spill(); !spilled) return tl::make_unexpected(spilled.error());
  if (std::fflush(file_.get()) != 0) return noSpace("written");

  std::vector<Run> runs;
  std::size_t begin = 0;
  for (const std::size_t length : runLengths_) {
    if (length > 0) runs.emplace_back(file_.get(), begin, length);
    begin += length;
  }
  using Head = std::pair<Entry, std::size_t>;  // the front of a run
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Entry* front = runs[i].front();
    if (!front) return noSpace("read");
    heads.emplace(*front, i);
  }
  while (!heads.empty()) {
    const auto [entry, i] = heads.top();
    heads.pop();
    see(entry);
    runs[i].pop();
    if (runs[i].atEnd()) continue;
    const Entry* front = runs[i].front();
    if (!front) return noSpace("read");
    heads.emplace(*front, i);
  }
  return found;
}

}  // namespace docket::client::verify
