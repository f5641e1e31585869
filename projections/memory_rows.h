// Rows in memory, for a fold that is tried and thrown away. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "projections/projection.h"

namespace docket::projections {

class MemoryRows final : public Rows {
 public:
  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view prefix, const Visit& visit) const override;
  void scanFrom(std::string_view prefix, std::string_view from, bool backward,
                const Visit& visit) const override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;

 private:
  std::map<std::string, std::string, std::less<>> rows_;
};

}  // namespace docket::projections
