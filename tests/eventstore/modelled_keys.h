// A key store and its model, side by side, and what was sealed with its keys: each method does the
// same to both and compares (RC_ASSERT).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eventstore/sealing.h"
#include "tests/eventstore/draw.h"
#include "tests/eventstore/key_model.h"
#include "tests/eventstore/log_model.h"

namespace docket::eventstore::testing {

class ModelledKeys {
 public:
  // The folder with the keys, and where copies of it are kept. Neither is there yet.
  ModelledKeys(std::filesystem::path directory, std::filesystem::path copies);

  // A sealed field of `subject`, whose key is made if there is none; none when they are erased.
  std::optional<std::vector<std::byte>> seal(const std::string& subject, const FieldPlace& place,
                                             const std::string& text);
  void destroy(std::span<const Erasure> erasures);
  // As a server starts: whoever is erased in `log` is destroyed.
  void restart(const Log& log, const LogModel& model);
  // Rotates the master key or finishes a rotation, up to a step that is drawn.
  void rotate(Draw& draw);
  // Keeps a copy of the folder.
  void keepCopy() { copy(); }

  // Every field that was sealed and is in `log`: open to its text, or erased.
  void compareAll(const Log& log) const;
  // The same beside a log that was restored from a backup, with keys that are drawn: the key store
  // of now or of an older copy, each with the master keys of now or of the older copy, or none.
  // `folder` gets them.
  void compareBeside(Draw& draw, const Log& restored, const LogModel& model,
                     const std::filesystem::path& folder);

 private:
  struct Sealed {
    std::string subject;
    std::string text;
  };
  struct Copy {
    std::filesystem::path folder;
    KeyModel model;
  };

  void open();
  const Copy& copy();
  KeyModel drawKeys(Draw& draw, const std::filesystem::path& folder);
  void compareFields(const Log& log, const KeyStore& store, const KeyModel& model) const;

  const std::filesystem::path directory_;
  const std::filesystem::path copiesIn_;
  std::unique_ptr<KeyStore> store_;
  KeyModel model_;
  std::vector<Copy> copies_;
  std::map<std::string, Sealed> sealed_;  // by its stored bytes, which are never the same twice
};

}  // namespace docket::eventstore::testing
