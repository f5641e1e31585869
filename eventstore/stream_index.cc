#include "eventstore/stream_index.h"

#include <deque>

#include "eventstore/bytes.h"

namespace docket::eventstore {
namespace {

using rocksdb::Logger;
using rocksdb::Slice;

class ConcatenatingMergeOperator : public rocksdb::MergeOperator {
 public:
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    std::size_t size = in.existing_value == nullptr ? 0 : in.existing_value->size();
    for (const Slice& operand : in.operand_list) size += operand.size();
    out->new_value.clear();  // an iterator hands in what it held before
    out->new_value.reserve(size);
    if (in.existing_value != nullptr) {
      out->new_value.append(in.existing_value->data(), in.existing_value->size());
    }
    for (const Slice& operand : in.operand_list) {
      out->new_value.append(operand.data(), operand.size());
    }
    return true;
  }

  bool PartialMergeMulti(const Slice& /*key*/, const std::deque<Slice>& operands,
                         std::string* merged, Logger* /*logger*/) const override {
    merged->clear();
    for (const Slice& operand : operands) merged->append(operand.data(), operand.size());
    return true;
  }

  const char* Name() const override { return "docket.Concatenate"; }
};

void addVarint(std::string& out, std::uint64_t value) {
  std::byte bytes[kMaxVarintBytes];
  const std::byte* end = putVarint(bytes, value);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(end - bytes));
}

}  // namespace

void addIndexEntry(std::string& out, Version version, Position before, Position position) {
  addVarint(out, opensChunk(version) ? position.value : position.value - before.value);
}

void addRestart(std::string& out, Position position) {
  addVarint(out, 0);
  addVarint(out, position.value);
}

bool readChunk(std::string_view value, std::vector<Position>& positions) {
  positions.clear();
  ByteReader reader(asBytes(value));
  while (reader.left() != 0) {
    std::uint64_t number = 0;
    if (positions.size() == kChunkVersions || !reader.takeVarint(number)) return false;
    if (!positions.empty()) {
      const std::uint64_t before = positions.back().value;
      if (number != 0) {
        if (number > ~before) return false;
        number += before;
      } else if (!reader.takeVarint(number) || number <= before) {
        return false;
      }
    }
    positions.push_back({number});
  }
  return !positions.empty();
}

std::shared_ptr<rocksdb::MergeOperator> concatenatingMergeOperator() {
  return std::make_shared<ConcatenatingMergeOperator>();
}

}  // namespace docket::eventstore
