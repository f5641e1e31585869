#include "eventstore/file_checksum.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "eventstore/bytes.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace docket::eventstore {

#if defined(__x86_64__)
namespace {

// Goes on with a CRC that is not inverted yet.
__attribute__((target("sse4.2"))) std::uint32_t extend(std::uint32_t crc, const char* data,
                                                       std::size_t size) {
  std::uint64_t wide = crc;
  for (; size >= sizeof wide; data += sizeof wide, size -= sizeof wide) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, sizeof word);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = static_cast<std::uint32_t>(wide);
  for (; size != 0; ++data, --size) {
    crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*data));
  }
  return crc;
}

class Generator : public rocksdb::FileChecksumGenerator {
 public:
  void Update(const char* data, std::size_t size) override { crc_ = extend(crc_, data, size); }
  void Finalize() override {
    std::byte bytes[8];
    putBigEndian64(bytes, ~crc_);
    checksum_ = asText(std::span<const std::byte>(bytes).last(sizeof crc_));
  }
  std::string GetChecksum() const override { return checksum_; }
  const char* Name() const override { return rocksdb::kStandardDbFileChecksumFuncName; }

 private:
  std::uint32_t crc_ = ~std::uint32_t{0};
  std::string checksum_;
};

class Factory : public rocksdb::FileChecksumGenFactory {
 public:
  std::unique_ptr<rocksdb::FileChecksumGenerator> CreateFileChecksumGenerator(
      const rocksdb::FileChecksumGenContext& context) override {
    const std::string& wanted = context.requested_checksum_func_name;
    if (!wanted.empty() && wanted != rocksdb::kStandardDbFileChecksumFuncName) return nullptr;
    return std::make_unique<Generator>();
  }
  const char* Name() const override { return "docket.Crc32c"; }
};

}  // namespace
#endif

std::shared_ptr<rocksdb::FileChecksumGenFactory> fileChecksums() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return std::make_shared<Factory>();
#endif
  return rocksdb::GetFileChecksumGenCrc32cFactory();
}

}  // namespace docket::eventstore
