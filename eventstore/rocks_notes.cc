#include "eventstore/rocks_notes.h"

#include <spdlog/spdlog.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace docket::eventstore {
namespace {

class NotesToOurLog : public rocksdb::Logger {
 public:
  NotesToOurLog() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 1024> text;
    std::vsnprintf(text.data(), text.size(), format, arguments);
    // Said twice for every backup, and no matter for anyone.
    if (std::strstr(text.data(), "] File Deletions ") != nullptr) return;
    spdlog::warn("RocksDB: {}", text.data());
  }
};

}  // namespace

std::shared_ptr<rocksdb::Logger> notesToOurLog() {
  return std::make_shared<NotesToOurLog>();
}

}  // namespace docket::eventstore
