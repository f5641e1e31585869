// Prints a digest of everything that a seeded random session decides: the same on every machine,
// in every time zone and language. Run by decide_elsewhere.cmake.
#include <cinttypes>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <locale>
#include <random>
#include <stdexcept>
#include <string_view>

#include "domain/codec/codec.h"
#include "tests/domain/random_session.h"

namespace docket::domain {
namespace {

constexpr std::uint32_t kSeed = 20260302;
constexpr std::size_t kNumbers = 60'000;

class Digest {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) add(static_cast<unsigned char>(byte));
  }
  void add(const codec::EncodedEvent& encoded) {
    add(encoded.type);
    for (const std::byte byte : encoded.payload) add(std::to_integer<unsigned char>(byte));
    ++events_;
  }
  void print() const { std::printf("%d events, digest %016" PRIx64 "\n", events_, hash_); }
  int events() const { return events_; }

 private:
  void add(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ULL; }  // FNV-1a

  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  int events_ = 0;
};

class Recorded : public test::Session {
 public:
  using Session::Session;
  std::string refusals;

 private:
  void refused(const Rejection& rejection) override {
    for (const Refusal& refusal : rejection) {
      const RefusalText text = describe(refusal);
      refusals += text.code + text.message;
    }
  }
};

int run() {
  std::mt19937 random(kSeed);
  std::vector<std::uint32_t> numbers(kNumbers);
  for (std::uint32_t& number : numbers) number = static_cast<std::uint32_t>(random());
  test::CommandChoices choices(std::move(numbers));
  Recorded session(choices);
  while (!choices.exhausted()) session.step();
  Digest digest;
  for (const test::Session::Logged& logged : session.log()) {
    if (const auto* change = std::get_if<TicketChange>(&logged.event)) {
      digest.add(change->ticket.text());
      digest.add(codec::encode(change->event));
    } else if (const auto* onBoard = std::get_if<test::Session::OnBoard>(&logged.event)) {
      digest.add(codec::encode(onBoard->event));
    } else {
      digest.add(codec::encode(std::get<DeskEvent>(logged.event)));
    }
  }
  digest.add(session.refusals);
  std::printf("seed %u, ", kSeed);
  digest.print();
  return digest.events() > 1'000 ? 0 : 1;
}

}  // namespace
}  // namespace docket::domain

int main() {
  // As a program does that takes its user's language; where that is not installed, the plain one.
  try {
    std::locale::global(std::locale(""));
  } catch (const std::runtime_error&) {
    std::setlocale(LC_ALL, "C");
  }
  tzset();
  return docket::domain::run();
}
