// A key store as the contract has it, in the plainest way. A copy of one models a copy of the
// folder with the keys.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eventstore/key_store.h"

namespace docket::eventstore::testing {

struct KeyModel {
  // Those that are known; none for a position: the key lives.
  std::map<std::string, std::optional<Position>> subjects;
  std::vector<MasterKeyId> file;   // the master keys in their file, the current one first
  std::vector<MasterKeyId> noted;  // those that the store says it may need

  // Whether the subject has a key now, made if there was none.
  bool ensure(const std::string& subject) {
    return !subjects.emplace(subject, std::nullopt).first->second;
  }
  void erase(std::span<const Erasure> erasures) {
    for (const Erasure& erasure : erasures) {
      auto& erasedAt = subjects[erasure.subject];
      if (!erasedAt) erasedAt = erasure.at;
    }
  }

  bool opens() const {
    return std::all_of(noted.begin(), noted.end(), [&](const MasterKeyId& id) {
      return std::find(file.begin(), file.end(), id) != file.end();
    });
  }
  // After an opening, or at that step of a rotation.
  void noteCurrent() {
    if (std::find(noted.begin(), noted.end(), file.front()) == noted.end()) {
      noted.push_back(file.front());
    }
  }
  void reach(RotationStep step) {
    if (step == RotationStep::mastersNoted) noteCurrent();
    if (step == RotationStep::oldForgotten) noted = {file.front()};
    if (step == RotationStep::oldRemoved) file.resize(1);
  }
};

}  // namespace docket::eventstore::testing
