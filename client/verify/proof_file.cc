#include "client/verify/proof_file.h"

#include <optional>
#include <utility>

#include "client/verify/base64.h"
#include "client/verify/envelope.h"
#include "client/verify/text.h"

namespace docket::client::verify {
namespace {

// The lines before the first empty line, and what comes after it.
class ProofLines {
 public:
  static Result<ProofLines> of(std::string_view file, std::string_view header,
                               const std::string& source) {
    const std::size_t split = file.find("\n\n");
    if (split == file.npos) return broken(source + " has no empty line before a checkpoint");
    auto lines = linesOf(file.substr(0, split + 1));
    if (!lines || lines->front() != header) {
      return broken(source + " does not begin with the line \"" + std::string(header) + "\"");
    }
    return ProofLines(std::move(*lines), file.substr(split + 2), source);
  }

  // What follows "<name> " in the next line.
  Result<std::string_view> value(std::string_view name) {
    const std::string prefix = std::string(name) + " ";
    if (next_ == lines_.size() || !lines_[next_].starts_with(prefix)) {
      return broken(source_ + " has no line \"" + std::string(name) + "\" where it must be");
    }
    return lines_[next_++].substr(prefix.size());
  }

  Result<std::uint64_t> number(std::string_view name) {
    const auto text = value(name);
    if (!text) return tl::make_unexpected(text.error());
    const auto number = fromDecimal(*text);
    if (number) return *number;
    return broken(source_ + " has in its line \"" + std::string(name) +
                  "\" what is not a plain decimal number");
  }

  Result<std::vector<Digest>> path() {
    std::vector<Digest> path;
    for (; next_ < lines_.size(); ++next_) {
      const auto hash = fromBase64(lines_[next_]);
      if (!hash || hash->size() != 32) {
        return broken(source_ + " has in line " + std::to_string(next_ + 1) +
                      " what is not a hash of 32 bytes in canonical base64");
      }
      path.push_back(Digest::of(*hash));
    }
    return path;
  }

  std::string rest() const { return std::string(rest_); }

 private:
  ProofLines(std::vector<std::string_view> lines, std::string_view rest, const std::string& source)
      : lines_(std::move(lines)), rest_(rest), source_(source) {}

  std::vector<std::string_view> lines_;
  std::string_view rest_;
  std::string source_;
  std::size_t next_ = 1;
};

}  // namespace

Result<InclusionProof> readInclusionProof(std::string_view file, const std::string& source) {
  auto lines = ProofLines::of(file, "c2sp.org/tlog-proof@v1", source);
  if (!lines) return tl::make_unexpected(lines.error());
  InclusionProof proof;
  const auto extra = lines->value("extra");
  if (!extra) return tl::make_unexpected(extra.error());
  auto envelope = fromBase64(*extra);
  if (!envelope) return broken(source + " has extra data that is not in canonical base64");
  proof.envelope = std::move(*envelope);
  const auto index = lines->number("index");
  if (!index) return tl::make_unexpected(index.error());
  proof.index = *index;
  auto path = lines->path();
  if (!path) return tl::make_unexpected(path.error());
  proof.path = std::move(*path);
  proof.checkpoint = lines->rest();
  return proof;
}

Result<ConsistencyProof> readConsistencyProof(std::string_view file, const std::string& source) {
  auto lines = ProofLines::of(file, "docket/tlog-consistency@v1", source);
  if (!lines) return tl::make_unexpected(lines.error());
  ConsistencyProof proof;
  const auto oldSize = lines->number("old");
  if (!oldSize) return tl::make_unexpected(oldSize.error());
  const auto newSize = lines->number("new");
  if (!newSize) return tl::make_unexpected(newSize.error());
  proof.oldSize = *oldSize;
  proof.newSize = *newSize;
  auto path = lines->path();
  if (!path) return tl::make_unexpected(path.error());
  proof.path = std::move(*path);
  proof.checkpoint = lines->rest();
  return proof;
}

}  // namespace docket::client::verify
