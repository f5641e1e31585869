// The four commands of docket-verify: what each is given, and what it tells when all holds.
#pragma once

#include <string>
#include <vector>

#include "client/verify/json.h"
#include "client/verify/problem.h"
#include "client/verify/progress.h"

namespace docket::client::verify {

// What was found to hold, for people and for programs.
struct Finding {
  std::vector<std::string> lines;
  JsonObject json;
};

struct TilesCommand {
  std::string directory;
  std::vector<std::string> keys;
  std::vector<std::string> checkpoints;
  bool requirePayloads = false;
};
Result<Finding> run(const TilesCommand& command, Progress& progress);

struct ProofCommand {
  std::string file;
  std::vector<std::string> keys;
  std::string payload;  // a file; empty: none
};
Result<Finding> run(const ProofCommand& command, Progress& progress);

// At most one of proof, tiles and data; without any, only checkpoints of one size can be judged.
struct ConsistencyCommand {
  std::string oldCheckpoint;
  std::string newCheckpoint;
  std::vector<std::string> keys;
  std::string proof;
  std::string tiles;
  std::string data;
};
Result<Finding> run(const ConsistencyCommand& command, Progress& progress);

struct DataCommand {
  std::string directory;
  std::vector<std::string> keys;  // may be none: then signatures are not looked at
  std::vector<std::string> checkpoints;
};
Result<Finding> run(const DataCommand& command, Progress& progress);

}  // namespace docket::client::verify
