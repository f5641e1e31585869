// Runs of the command index: any file is refused, or its walk ends after as many records as its
// header says and every look-up ends. An input is a byte whose lowest bit says whether the pages
// get their checksums, then for each page a u16 length and so many bytes, which zeros follow; what
// is left stands behind the pages as it is.
#include <rocksdb/env.h>

#include <memory>
#include <string>
#include <vector>

#include "eventstore/bytes.h"
#include "eventstore/command_run.h"
#include "eventstore/sha256.h"
#include "tests/fuzz/fuzz_target.h"

using namespace docket;
using namespace docket::eventstore;

namespace {

constexpr std::size_t kContentBytes = kRunPageBytes - 8;

std::string pageOf(std::uint64_t number, std::string_view content, bool sealed) {
  std::string page(content);
  page.resize(kRunPageBytes);
  if (!sealed) return page;
  std::byte name[8];
  putBigEndian64(name, number);
  Sha256 hash;
  hash.update(name);
  hash.update(asBytes(std::string_view(page).substr(0, kContentBytes)));
  const Digest sum = hash.finish();
  return page.replace(kContentBytes, 8, asText(sum.bytes).substr(0, 8));
}

std::string imageOf(std::string_view input) {
  const bool sealed = !input.empty() && (input[0] & 1) != 0;
  input.remove_prefix(std::min<std::size_t>(1, input.size()));
  std::string image;
  for (std::uint64_t number = 0; input.size() >= 2; ++number) {
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(input[0]) * 256 +
                                                        static_cast<unsigned char>(input[1]));
    const std::string_view content = input.substr(2, std::min(length, kContentBytes));
    input.remove_prefix(2 + content.size());
    image += pageOf(number, content, sealed);
  }
  return image.append(input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  const std::string path = "/run";
  const std::string image = imageOf(fuzz::asText(data, size));
  fuzz::require(rocksdb::WriteStringToFile(env.get(), image, path).ok(), "memory takes it");
  const auto run = CommandRun::open(path, env.get());
  if (!run) {
    fuzz::require(run.error().message.find(path) != std::string::npos, "a refusal names the file");
    return 0;
  }
  const bool whole = (*run)->verify().has_value();
  if (whole) ++fuzz::accepted;
  std::vector<CommandRecord> records;
  CommandRun::Cursor cursor(**run);
  bool read = true;
  for (;;) {
    const auto record = cursor.next();
    read = record.has_value();
    if (!read || !*record) break;
    records.push_back(**record);
    fuzz::require(records.size() <= (*run)->header().records, "a walk ends");
  }
  fuzz::require(read || !whole, "pages with right checksums are read");
  fuzz::require(!read || records.size() == (*run)->header().records, "a walk is never short");
  std::vector<CommandPlace> places;
  for (std::size_t i = 0; i < records.size(); i += 1 + records.size() / 16) {
    for (const std::uint64_t hash : {records[i].hash, records[i].hash + 1}) {
      const auto found = (*run)->find(hash, places);
      fuzz::require(found.has_value() || !whole, "pages with right checksums are searched");
    }
  }
  return 0;
}
