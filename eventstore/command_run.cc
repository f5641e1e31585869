#include "eventstore/command_run.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "eventstore/bytes.h"
#include "eventstore/files.h"
#include "eventstore/limits.h"
#include "eventstore/sha256.h"

namespace docket::eventstore {
namespace {

namespace fs = std::filesystem;
using rocksdb::Status;
using Checked = tl::expected<void, StoreError>;

// Stored numbers: never change one.
constexpr std::uint8_t kRunFormat = 2;  // 1 had a filter of 12 bits a command
constexpr std::size_t kSumBytes = 8;
constexpr std::size_t kRecordBytes = 16;
constexpr std::size_t kRecordsOfPage = (kRunPageBytes - kSumBytes) / kRecordBytes;
constexpr unsigned kCountBits = 16;  // of a place, behind the position
constexpr std::size_t kLineBytes = 64;
constexpr std::size_t kLinesOfPage = (kRunPageBytes - kSumBytes) / kLineBytes;
constexpr std::uint64_t kFilterBitsOfRecord = 16;
constexpr unsigned kProbes = 7;
constexpr unsigned kProbeBits = 9;  // to name one of the 512 bits of a line
constexpr std::uint64_t kProbeFactor = 0x9e3779b97f4a7c15;
static_assert(kMaxUnitEvents < 1u << kCountBits);
static_assert(1u << kProbeBits == 8 * kLineBytes && kProbes * kProbeBits < 64);

constexpr std::size_t kPagesAtATime = 64;  // read or written

constexpr std::uint64_t divideUp(std::uint64_t value, std::uint64_t by) {
  return (value + by - 1) / by;
}

std::uint64_t recordPagesOf(std::uint64_t records) {
  return divideUp(records, kRecordsOfPage);
}
std::uint64_t linesOf(std::uint64_t records) {
  return std::max<std::uint64_t>(1, divideUp(records * kFilterBitsOfRecord, 8 * kLineBytes));
}
std::uint64_t filterPagesOf(std::uint64_t records) {
  return divideUp(linesOf(records), kLinesOfPage);
}

// Where `hash` stands among all hashes, as one of `parts` equal parts.
std::uint64_t partOf(std::uint64_t hash, std::uint64_t parts) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(hash) * parts >> 64);
}

// Where the line of `hash` begins in the filter's pages.
std::size_t lineAt(std::uint64_t line) {
  return line / kLinesOfPage * kRunPageBytes + line % kLinesOfPage * kLineBytes;
}

template <typename OnBit>
void forEachProbe(std::uint64_t hash, const OnBit& onBit) {
  std::uint64_t bits = hash * kProbeFactor >> 1;
  for (unsigned i = 0; i < kProbes; ++i, bits >>= kProbeBits) {
    onBit(bits % (8 * kLineBytes));
  }
}

std::array<std::byte, kSumBytes> sumOf(std::uint64_t number, const std::byte* page) {
  std::byte name[8];
  putBigEndian64(name, number);
  Sha256 hash;
  hash.update(name);
  hash.update({page, kRunPageBytes - kSumBytes});
  const Digest digest = hash.finish();
  std::array<std::byte, kSumBytes> sum;
  std::copy_n(digest.bytes.begin(), kSumBytes, sum.begin());
  return sum;
}

void sealPage(std::uint64_t number, std::byte* page) {
  const auto sum = sumOf(number, page);
  putBytes(page + kRunPageBytes - kSumBytes, sum.data(), sum.size());
}

bool isSealed(std::uint64_t number, const std::byte* page) {
  const auto sum = sumOf(number, page);
  return std::equal(sum.begin(), sum.end(), page + kRunPageBytes - kSumBytes);
}

void putRecord(std::byte* at, const CommandRecord& record) {
  putBigEndian64(putBigEndian64(at, record.hash),
                 record.place.first.value << kCountBits | record.place.count);
}

std::uint64_t hashAt(const std::byte* page, std::size_t index) {
  return bigEndian64(page + index * kRecordBytes);
}

CommandRecord recordAt(const std::byte* page, std::size_t index) {
  const std::byte* at = page + index * kRecordBytes;
  const std::uint64_t place = bigEndian64(at + 8);
  return {bigEndian64(at),
          {{place >> kCountBits}, static_cast<std::uint32_t>(place & ((1u << kCountBits) - 1))}};
}

// The index of the first of a page's `count` records whose hash is not below `hash`; `count` if
// there is none.
std::size_t firstNotBelow(std::uint64_t hash, const std::byte* page, std::size_t count) {
  std::size_t low = 0;
  for (std::size_t high = count; low < high;) {
    const std::size_t middle = (low + high) / 2;
    if (hashAt(page, middle) < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void putHeader(std::byte* at, const CommandRunHeader& header) {
  *at++ = std::byte{kRunFormat};
  at = putString(at, header.storeId);
  at = putBytes(at, header.hashKey.data(), header.hashKey.size());
  at = putVarint(at, header.begin.value);
  at = putVarint(at, header.end.value);
  at = putBytes(at, header.rootAtEnd.bytes.data(), header.rootAtEnd.bytes.size());
  putVarint(at, header.records);
}

bool takeHeader(std::span<const std::byte> page, CommandRunHeader& header) {
  ByteReader reader(page);
  std::uint8_t format = 0;
  std::string_view storeId;
  if (!reader.takeByte(format) || format != kRunFormat || !reader.takeString(storeId)) return false;
  header.storeId = storeId;
  return reader.takeArray(header.hashKey) && reader.takeVarint(header.begin.value) &&
         reader.takeVarint(header.end.value) && reader.takeArray(header.rootAtEnd.bytes) &&
         reader.takeVarint(header.records) && header.begin < header.end &&
         header.records <= header.span();
}

StoreError ioError(const Status& status, std::string_view what, const fs::path& path) {
  return {StoreErrorCode::io, std::string(what) + " " + path.string() + ": " + status.ToString()};
}

}  // namespace

// --- Reading -------------------------------------------------------------------------------------

CommandRun::~CommandRun() {
  for (auto& page : filter_) delete page.load(std::memory_order_relaxed);
}

tl::expected<std::shared_ptr<const CommandRun>, StoreError> CommandRun::open(const fs::path& path,
                                                                             rocksdb::Env* env) {
  std::shared_ptr<CommandRun> run(new CommandRun);
  run->path_ = path;
  std::uint64_t bytes = 0;
  Status status = env->GetFileSize(path.string(), &bytes);
  if (status.ok()) status = env->NewRandomAccessFile(path.string(), &run->file_, {});
  if (!status.ok()) return tl::unexpected(ioError(status, "cannot open", path));
  Page page;
  if (auto read = run->readPages(0, 1, page.data()); !read) return tl::unexpected(read.error());
  if (!takeHeader(page, run->header_)) return tl::unexpected(run->damaged("its header"));
  const std::uint64_t records = run->header_.records;
  run->recordPages_ = recordPagesOf(records);
  run->lines_ = linesOf(records);
  // A number that no file of this size can hold is not reckoned with: the products would wrap.
  if (records > bytes / kRecordBytes ||
      bytes != (1 + run->recordPages_ + filterPagesOf(records)) * kRunPageBytes) {
    return tl::unexpected(run->damaged("its size"));
  }
  run->filter_ = std::vector<std::atomic<const Page*>>(filterPagesOf(records));
  return std::shared_ptr<const CommandRun>(std::move(run));
}

Checked CommandRun::readPages(std::uint64_t number, std::size_t count, std::byte* out) const {
  rocksdb::Slice read;
  char* room = reinterpret_cast<char*>(out);
  const std::size_t bytes = count * kRunPageBytes;
  const Status status = file_->Read(number * kRunPageBytes, bytes, &read, room);
  if (!status.ok()) return tl::unexpected(ioError(status, "cannot read", path_));
  if (read.size() != bytes) return tl::unexpected(damaged("it is too short"));
  if (read.data() != room) std::memcpy(room, read.data(), bytes);
  for (std::size_t i = 0; i < count; ++i) {
    if (!isSealed(number + i, out + i * kRunPageBytes)) {
      return tl::unexpected(damaged("the checksum of page " + std::to_string(number + i)));
    }
  }
  return {};
}

tl::expected<const CommandRun::Page*, StoreError> CommandRun::filterPage(
    std::uint64_t number) const {
  if (const Page* known = filter_[number].load(std::memory_order_acquire)) return known;
  auto page = std::make_unique<Page>();
  auto read = readPages(1 + recordPages_ + number, 1, page->data());
  if (!read) return tl::unexpected(read.error());
  const Page* first = nullptr;
  if (filter_[number].compare_exchange_strong(first, page.get(), std::memory_order_acq_rel)) {
    return page.release();
  }
  return first;  // another thread read it meanwhile
}

tl::expected<bool, StoreError> CommandRun::mayHold(std::uint64_t hash) const {
  const std::uint64_t line = partOf(hash, lines_);
  const auto page = filterPage(line / kLinesOfPage);
  if (!page) return tl::unexpected(page.error());
  const std::byte* bits = (*page)->data() + line % kLinesOfPage * kLineBytes;
  bool all = true;
  forEachProbe(hash, [&](std::uint64_t bit) {
    all &= (bits[bit / 8] >> (bit % 8) & std::byte{1}) != std::byte{0};
  });
  return all;
}

void CommandRun::prefetch(std::uint64_t hash) const {
  const std::uint64_t line = partOf(hash, lines_);
  const Page* page = filter_[line / kLinesOfPage].load(std::memory_order_acquire);
  if (page != nullptr) __builtin_prefetch(page->data() + line % kLinesOfPage * kLineBytes);
}

Checked CommandRun::find(std::uint64_t hash, std::vector<CommandPlace>& places) const {
  if (recordPages_ == 0) return {};
  const auto may = mayHold(hash);
  if (!may) return tl::unexpected(may.error());
  if (!*may) return {};

  // Looked for is the first page that ends at or after the hash; it is one of low to high, or there
  // is none. Hashes are spread evenly, so a page is guessed from the hash, and then from what
  // stands there.
  const auto inPage = [&](std::uint64_t page) {
    return std::min<std::uint64_t>(kRecordsOfPage, header_.records - page * kRecordsOfPage);
  };
  Page page;
  std::uint64_t loaded = recordPages_;  // which one `page` is
  const auto load = [&](std::uint64_t at) -> Checked {
    if (at == std::exchange(loaded, at)) return {};
    return readPages(1 + at, 1, page.data());
  };
  std::uint64_t low = 0;
  std::uint64_t high = recordPages_ - 1;
  std::uint64_t guess = partOf(hash, recordPages_);
  while (low < high) {
    const std::uint64_t at = std::clamp(guess, low, high - 1);
    if (auto read = load(at); !read) return read;
    const std::uint64_t first = hashAt(page.data(), 0);
    const std::uint64_t last = hashAt(page.data(), kRecordsOfPage - 1);
    if (last < hash) {
      low = at + 1;
      guess = low + partOf(hash - last, recordPages_);
    } else {
      high = at;
      if (first < hash) low = at;
      guess = at - std::min(at, 1 + partOf(first - hash, recordPages_));
    }
  }
  for (std::uint64_t at = low; at < recordPages_; ++at) {
    if (auto read = load(at); !read) return read;
    for (std::size_t i = firstNotBelow(hash, page.data(), inPage(at)); i < inPage(at); ++i) {
      const CommandRecord record = recordAt(page.data(), i);
      if (record.hash != hash) return {};
      places.push_back(record.place);
    }
  }
  return {};
}

tl::expected<std::optional<CommandRecord>, StoreError> CommandRun::Cursor::next() {
  if (record_ == run_->header_.records) return std::nullopt;
  const std::uint64_t page = record_ / kRecordsOfPage;
  if (page >= pageAt_ + pages_.size() / kRunPageBytes) {
    pageAt_ = page;
    const std::uint64_t count = std::min(std::uint64_t{kPagesAtATime}, run_->recordPages_ - page);
    pages_.resize(count * kRunPageBytes);
    auto read = run_->readPages(1 + page, count, pages_.data());
    if (!read) return tl::unexpected(read.error());
  }
  return recordAt(pages_.data() + (page - pageAt_) * kRunPageBytes, record_++ % kRecordsOfPage);
}

Checked CommandRun::verify() const {
  std::vector<std::byte> pages(kPagesAtATime * kRunPageBytes);
  const std::uint64_t all = 1 + recordPages_ + filter_.size();
  for (std::uint64_t at = 0; at < all; at += kPagesAtATime) {
    const auto count = std::min<std::uint64_t>(kPagesAtATime, all - at);
    if (auto read = readPages(at, count, pages.data()); !read) return read;
  }
  return {};
}

StoreError CommandRun::damaged(std::string_view what) const {
  return {StoreErrorCode::corrupt,
          "the index file " + path_.string() + " is damaged: " + std::string(what) +
              "; the folder index may be deleted while the log is closed, it is made again"};
}

// --- Writing -------------------------------------------------------------------------------------

tl::expected<std::unique_ptr<CommandRunWriter>, StoreError> CommandRunWriter::create(
    const fs::path& path, CommandRunHeader header, rocksdb::Env* env) {
  std::unique_ptr<CommandRunWriter> writer(new CommandRunWriter);
  writer->path_ = path;
  writer->temporary_ = path.string() + ".tmp";
  writer->env_ = env;
  writer->filter_.resize(filterPagesOf(header.records) * kRunPageBytes);
  writer->header_ = std::move(header);
  const Status status = env->NewWritableFile(writer->temporary_.string(), &writer->file_, {});
  if (!status.ok()) return tl::unexpected(ioError(status, "cannot write", writer->temporary_));
  std::vector<std::byte> page(kRunPageBytes);
  putHeader(page.data(), writer->header_);
  if (auto written = writer->writePages(page); !written) return tl::unexpected(written.error());
  return writer;
}

CommandRunWriter::~CommandRunWriter() {
  if (finished_) return;
  file_.reset();
  env_->DeleteFile(temporary_.string()).PermitUncheckedError();
}

Checked CommandRunWriter::add(const CommandRecord& record) {
  const std::size_t slot = added_++ % kRecordsOfPage;
  if (slot == 0) {
    if (pages_.size() == kPagesAtATime * kRunPageBytes) {
      if (auto written = writePages(pages_); !written) return written;
    }
    pages_.resize(pages_.size() + kRunPageBytes);
  }
  putRecord(pages_.data() + pages_.size() - kRunPageBytes + slot * kRecordBytes, record);
  std::byte* line = filter_.data() + lineAt(partOf(record.hash, linesOf(header_.records)));
  forEachProbe(record.hash, [&](std::uint64_t bit) { line[bit / 8] |= std::byte{1} << (bit % 8); });
  return {};
}

// Seals and writes whole pages, and leaves none of them.
Checked CommandRunWriter::writePages(std::vector<std::byte>& pages) {
  for (std::size_t at = 0; at < pages.size(); at += kRunPageBytes) {
    sealPage(written_++, pages.data() + at);
  }
  const Status status = file_->Append({reinterpret_cast<const char*>(pages.data()), pages.size()});
  pages.clear();
  if (!status.ok()) return tl::unexpected(ioError(status, "cannot write", temporary_));
  // So that finishing a large run does not wait for all of it.
  constexpr std::uint64_t kPagesBetweenSyncs = 1'024;
  if (written_ / kPagesBetweenSyncs == synced_ / kPagesBetweenSyncs) return {};
  synced_ = written_;
  if (const Status synced = file_->Sync(); !synced.ok()) {
    return tl::unexpected(ioError(synced, "cannot sync", temporary_));
  }
  return {};
}

tl::expected<std::shared_ptr<const CommandRun>, StoreError> CommandRunWriter::finish() {
  if (added_ != header_.records) std::abort();
  if (auto written = writePages(pages_); !written) return tl::unexpected(written.error());
  if (auto written = writePages(filter_); !written) return tl::unexpected(written.error());
  Status status = file_->Sync();
  if (status.ok()) status = file_->Close();
  if (status.ok()) status = env_->RenameFile(temporary_.string(), path_.string());
  if (!status.ok()) return tl::unexpected(ioError(status, "cannot write", temporary_));
  finished_ = true;
  if (auto synced = syncDirectory(path_.parent_path(), env_); !synced) {
    return tl::unexpected(synced.error());
  }
  return CommandRun::open(path_, env_);
}

}  // namespace docket::eventstore
