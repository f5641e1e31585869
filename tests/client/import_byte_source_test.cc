#include <gtest/gtest.h>

#include "client/import/byte_source.h"
#include "client/import/source_reader.h"
#include "client/import/utf8.h"
#include "tests/client/import_file.h"

namespace docket::client::imports {
namespace {

using tests::Packing;
using tests::TemporaryFolder;

std::string manyLines(int count) {
  std::string text;
  // Hardly compressible, so that a cut file still holds whole blocks.
  std::uint64_t state = 1;
  for (int i = 0; i < count; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    text += std::to_string(state) + "\n";
  }
  return text;
}

struct ReadAll {
  std::string bytes;
  std::string error;
};

ReadAll readAll(ByteSource& source) {
  ReadAll all;
  for (;;) {
    const auto block = source.read();
    if (!block) {
      all.error = block.error().message;
      return all;
    }
    if (block->empty()) return all;
    all.bytes += *block;
  }
}

TEST(ByteSource, UnpacksWhatItIsGiven) {
  const TemporaryFolder folder;
  const std::string text = manyLines(20'000);
  const std::string files[] = {
      folder.write("plain", text),
      folder.write("gzip", tests::packed(text, Packing::gzip)),
      folder.write("xz", tests::packed(text, Packing::xz)),
      folder.write("zstd", tests::packed(text, Packing::zstd)),
      folder.write("two members", tests::packed(text.substr(0, 1000), Packing::gzip) +
                                      tests::packed(text.substr(1000), Packing::gzip)),
  };
  for (const std::string& file : files) {
    auto source = ByteSource::open(file);
    ASSERT_TRUE(source.has_value()) << file;
    EXPECT_EQ(source->peek()->substr(0, 5), text.substr(0, 5)) << file;
    const ReadAll all = readAll(*source);
    EXPECT_EQ(all.error, "") << file;
    EXPECT_EQ(all.bytes == text, true) << file;
    EXPECT_EQ(source->packedBytesRead(), source->packedBytes()) << file;
  }
}

TEST(ByteSource, SaysThatAFileIsCutAndKeepsWhatCameBefore) {
  const TemporaryFolder folder;
  const std::string text = manyLines(20'000);
  for (const Packing packing : {Packing::gzip, Packing::xz, Packing::zstd}) {
    const std::string whole = tests::packed(text, packing);
    for (const std::size_t size : {whole.size() / 2, whole.size() - 1}) {
      auto source = ByteSource::open(folder.write("cut", whole.substr(0, size)));
      ASSERT_TRUE(source.has_value());
      const ReadAll all = readAll(*source);
      EXPECT_NE(all.error.find("is cut off."), std::string::npos)
          << all.error << static_cast<int>(packing) << " cut at " << size;
      EXPECT_TRUE(text.starts_with(all.bytes));
    }
  }
}

TEST(ByteSource, TellsMissingFilesAndFolders) {
  const TemporaryFolder folder;
  EXPECT_NE(ByteSource::open(folder.path() + "/none").error().message.find("no file"),
            std::string::npos);
  EXPECT_NE(ByteSource::open(folder.path()).error().message.find("directory"), std::string::npos);
}

TEST(ByteSource, AnEmptyFileIsNoError) {
  const TemporaryFolder folder;
  auto source = ByteSource::open(folder.write("empty", ""));
  ASSERT_TRUE(source.has_value());
  EXPECT_TRUE(source->read()->empty());
}

TEST(SniffFormat, LooksAtTheFirstBytes) {
  const TemporaryFolder folder;
  const auto sniff = [&](std::string_view content) {
    auto source = ByteSource::open(folder.write("file", content));
    return sniffFormat(*source);
  };
  EXPECT_EQ(*sniff("\n  <?xml version='1.0'?><log/>"), Format::xes);
  EXPECT_EQ(*sniff("\xEF\xBB\xBF<log/>"), Format::xes);
  EXPECT_EQ(*sniff("a,b\n1,2\n"), Format::csv);
  EXPECT_NE(sniff("").error().message.find("is empty"), std::string::npos);
  EXPECT_FALSE(sniff(std::string_view("\x7f"
                                      "ELF\0\0\0",
                                      7))
                   .has_value());
}

TEST(Utf8, KnowsGoodFromBad) {
  for (const char* good :
       {"", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(isUtf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "a\xFF"}) {
    EXPECT_FALSE(isUtf8(bad)) << bad;
  }
  EXPECT_EQ(shortened("\xC3\xA4\xC3\xB6\xC3\xBC", 2), "\xC3\xA4\xC3\xB6");
}

}  // namespace
}  // namespace docket::client::imports
