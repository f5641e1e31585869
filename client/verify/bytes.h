// Reading bytes from front to back, by the encodings of docs/FORMATS.md.
//
// A Cursor remembers the first thing wrong and reads nothing more from then on: each read gives
// zero or nothing. So a format is read as a straight list, and asked once at its end. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace docket::client::verify {

using Bytes = std::string_view;

class Cursor {
 public:
  explicit Cursor(Bytes data) : data_(data) {}

  // `field` names what is read, for the sentence: "the stream kind".
  std::uint8_t byte(std::string_view field);
  std::uint64_t bigEndian(std::size_t bytes, std::string_view field);  // up to 8 bytes
  std::uint64_t varint(std::string_view field);  // LEB128 in the fewest bytes, else a fault
  Bytes take(std::uint64_t bytes, std::string_view field);
  // A varint length of min to max, then that many bytes.
  Bytes string(std::uint64_t min, std::uint64_t max, std::string_view field);

  // Unless `holds`, the first fault is "<field> <rule>".
  void require(bool holds, std::string_view field, std::string_view rule);

  std::size_t offset() const { return offset_; }
  std::size_t left() const { return data_.size() - offset_; }
  bool failed() const { return !fault_.empty(); }
  const std::string& fault() const { return fault_; }  // empty: nothing wrong so far

 private:
  Bytes data_;
  std::size_t offset_ = 0;
  std::string fault_;
};

}  // namespace docket::client::verify
