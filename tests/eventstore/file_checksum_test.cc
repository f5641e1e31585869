// What a table's checksum is must not depend on which of the two generators reckoned it.
#include "eventstore/file_checksum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace docket::eventstore::testing {
namespace {

using Factory = std::shared_ptr<rocksdb::FileChecksumGenFactory>;

// In pieces of at most `piece` bytes.
std::string checksum(const Factory& factory, const std::string& data, std::size_t piece) {
  const auto generator = factory->CreateFileChecksumGenerator({});
  for (std::size_t at = 0; at < data.size(); at += piece) {
    generator->Update(data.data() + at, std::min(piece, data.size() - at));
  }
  generator->Finalize();
  return generator->GetChecksum();
}

TEST(FileChecksum, IsTheOneThatRocksDbReckons) {
  const Factory rocks = rocksdb::GetFileChecksumGenCrc32cFactory();
  std::mt19937 random(1);
  for (const std::size_t size : {0, 1, 7, 8, 9, 31, 4096, 100'003}) {
    std::string data(size, '\0');
    for (char& each : data) each = static_cast<char>(random());
    for (const std::size_t piece : {std::size_t{3}, std::size_t{8}, std::size_t{1000}, size + 1}) {
      EXPECT_EQ(checksum(fileChecksums(), data, piece), checksum(rocks, data, size + 1))
          << size << " bytes by " << piece;
    }
  }
}

TEST(FileChecksum, IsTheStandardOne) {
  EXPECT_EQ(checksum(fileChecksums(), "123456789", 9), "\xe3\x06\x92\x83");
}

TEST(FileChecksum, HasTheNameThatTablesCarry) {
  rocksdb::FileChecksumGenContext context;
  context.requested_checksum_func_name = rocksdb::kStandardDbFileChecksumFuncName;
  const auto generator = fileChecksums()->CreateFileChecksumGenerator(context);
  ASSERT_NE(generator, nullptr);
  EXPECT_STREQ(generator->Name(), rocksdb::kStandardDbFileChecksumFuncName);
  context.requested_checksum_func_name = "another";
  EXPECT_EQ(fileChecksums()->CreateFileChecksumGenerator(context), nullptr);
}

}  // namespace
}  // namespace docket::eventstore::testing
