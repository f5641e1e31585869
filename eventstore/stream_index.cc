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
    for (const Slice& operand : operands) merged->append(operand.data(), operand.size());
    return true;
  }

  const char* Name() const override { return "docket.Concatenate"; }
};

}  // namespace

void addIndexEntry(std::string& out, Version version, Position before, Position position) {
  std::byte bytes[kMaxVarintBytes];
  const std::uint64_t value = opensChunk(version) ? position.value : position.value - before.value;
  const std::byte* end = putVarint(bytes, value);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(end - bytes));
}

bool readChunk(std::string_view value, std::vector<Position>& positions) {
  positions.clear();
  ByteReader reader(asBytes(value));
  Position position;
  while (reader.left() != 0) {
    std::uint64_t step = 0;
    if (!reader.takeVarint(step) || positions.size() == kChunkVersions) return false;
    if (!positions.empty() && (step == 0 || step > ~position.value)) return false;
    position.value += step;
    positions.push_back(position);
  }
  return !positions.empty();
}

std::shared_ptr<rocksdb::MergeOperator> concatenatingMergeOperator() {
  return std::make_shared<ConcatenatingMergeOperator>();
}

}  // namespace docket::eventstore
