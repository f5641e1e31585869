#include "client/verify/commands.h"

#include <filesystem>
#include <span>

#include "client/verify/base64.h"
#include "client/verify/checkpoint.h"
#include "client/verify/data_directory.h"
#include "client/verify/envelope.h"
#include "client/verify/file.h"
#include "client/verify/proof_file.h"
#include "client/verify/text.h"
#include "client/verify/tiles.h"

namespace docket::client::verify {
namespace {

Result<std::vector<VerifierKey>> keysFrom(const std::vector<std::string>& written) {
  std::vector<VerifierKey> keys;
  for (const std::string& one : written) {
    auto key = verifierKeyFrom(one);
    if (!key) return tl::make_unexpected(key.error());
    keys.push_back(std::move(*key));
  }
  return keys;
}

Result<std::vector<Checkpoint>> checkpointsFrom(const std::vector<std::string>& files,
                                                std::span<const VerifierKey> keys) {
  std::vector<Checkpoint> checkpoints;
  for (const std::string& file : files) {
    auto checkpoint = readCheckpoint(file, keys);
    if (!checkpoint) return tl::make_unexpected(checkpoint.error());
    checkpoints.push_back(std::move(*checkpoint));
  }
  return checkpoints;
}

std::string counted(std::uint64_t number, const char* one, const char* many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

std::string signersOf(const Checkpoint& checkpoint) {
  if (checkpoint.signedBy.empty()) return "its signature was not looked at: no --key was given";
  std::string names;
  for (const VerifierKey& key : checkpoint.signedBy) {
    names += (names.empty() ? "signed by " : " and ") + visible(key.text());
  }
  return names;
}

std::string lineOf(const Checkpoint& checkpoint) {
  return checkpoint.source + " holds: " + counted(checkpoint.size, "event", "events") + ", root " +
         toBase64(checkpoint.root.view()) + ", " + signersOf(checkpoint);
}

JsonObject jsonOf(const Checkpoint& checkpoint) {
  std::vector<std::string> signers;
  for (const VerifierKey& key : checkpoint.signedBy) signers.push_back(key.text());
  JsonObject json;
  json.add("source", checkpoint.source)
      .add("origin", checkpoint.origin)
      .add("size", checkpoint.size)
      .add("root", toBase64(checkpoint.root.view()))
      .add("signedBy", signers);
  return json;
}

void addCheckpoints(Finding& finding, std::span<const Checkpoint> checkpoints) {
  std::vector<JsonObject> all;
  for (const Checkpoint& checkpoint : checkpoints) {
    finding.lines.push_back(lineOf(checkpoint));
    all.push_back(jsonOf(checkpoint));
  }
  finding.json.add("checkpoints", all);
}

Finding findingOf(const Checkpoint& head, std::span<const Checkpoint> others,
                  const TilesReport& report) {
  Finding finding;
  finding.lines.push_back("The export holds: " + counted(head.size, "event", "events") + " of " +
                          counted(report.streams, "stream", "streams") + " and " +
                          counted(report.commands, "command", "commands") + ", " +
                          counted(report.tiles, "tile", "tiles") + " of hashes.");
  finding.lines.push_back("Payloads: " + std::to_string(report.payloadsChecked) + " checked, " +
                          std::to_string(report.payloadsAbsent) + " not in this export.");
  finding.json.add("events", head.size)
      .add("streams", report.streams)
      .add("commands", report.commands)
      .add("tiles", report.tiles)
      .add("payloadsChecked", report.payloadsChecked)
      .add("payloadsAbsent", report.payloadsAbsent);
  std::vector<Checkpoint> all{head};
  all.insert(all.end(), others.begin(), others.end());
  addCheckpoints(finding, all);
  return finding;
}

Result<Finding> verifyExport(const std::string& directory, std::span<const VerifierKey> keys,
                             const std::vector<Checkpoint>& others, bool requirePayloads,
                             Progress& progress) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    return unreadable(visible(directory) + " is not a directory that can be read");
  }
  const auto head = readCheckpoint(std::filesystem::path(directory) / "checkpoint", keys);
  if (!head) return tl::make_unexpected(head.error());
  const auto report = verifyTiles(directory, *head, others, {requirePayloads}, progress);
  if (!report) return tl::make_unexpected(report.error());
  return findingOf(*head, others, *report);
}

Result<Finding> verifyDirectory(const std::string& directory, std::span<const VerifierKey> keys,
                                const std::vector<Checkpoint>& others, Progress& progress) {
  const auto report = verifyData(directory, keys, others, progress);
  if (!report) return tl::make_unexpected(report.error());
  Finding finding;
  finding.lines.push_back("The log holds: " + counted(report->events, "event", "events") + " of " +
                          counted(report->streams, "stream", "streams") + " and " +
                          counted(report->commands, "command", "commands") + ", root " +
                          toBase64(report->root.view()) + ".");
  finding.lines.push_back("Store " + visible(report->storeId) + "; its anchor is at position " +
                          std::to_string(report->anchorHead) +
                          ". The index and the views are derived and were not looked at.");
  finding.json.add("storeId", report->storeId)
      .add("events", report->events)
      .add("root", toBase64(report->root.view()))
      .add("streams", report->streams)
      .add("commands", report->commands)
      .add("anchorHead", report->anchorHead);
  addCheckpoints(finding, report->checkpoints);
  return finding;
}

Finding eventFinding(const Envelope& event, const Checkpoint& checkpoint, bool payloadChecked) {
  Finding finding;
  finding.lines = {
      "The event is in the log:",
      "  position   " + std::to_string(event.position),
      "  stream     " + event.stream() + " @ version " + std::to_string(event.version),
      "  type       " + visible(event.type) + " (schema version " +
          std::to_string(event.schemaVersion) + ")",
      "  recorded   " + utcTime(event.recordedMicros),
      "  occurred   " + utcTime(event.occurredMicros),
      "  actor      " + visible(event.actor) +
          (event.onBehalfOf.empty() ? "" : ", on behalf of " + visible(event.onBehalfOf)),
      "  origin     " + std::string(originName(event.origin)),
      "  command    " + toHex(event.commandId),
      "  payload    " + counted(event.payloadSize, "byte", "bytes") + ", SHA-256 " +
          toHex(event.payloadHash.view()) + (payloadChecked ? "; the file given is it" : ""),
      lineOf(checkpoint),
  };
  JsonObject json;
  json.add("position", event.position)
      .add("streamKind", event.streamKind)
      .add("streamId", event.streamId)
      .add("version", event.version)
      .add("type", event.type)
      .add("schemaVersion", event.schemaVersion)
      .add("recorded", utcTime(event.recordedMicros))
      .add("occurred", utcTime(event.occurredMicros))
      .add("actor", event.actor)
      .add("onBehalfOf", event.onBehalfOf)
      .add("origin", originName(event.origin))
      .add("commandId", toHex(event.commandId))
      .add("correlationId", toHex(event.correlationId))
      .add("payloadSize", event.payloadSize)
      .add("payloadSha256", toHex(event.payloadHash.view()));
  if (event.causation) json.add("causation", *event.causation);
  finding.json.add("event", json)
      .add("payloadChecked", payloadChecked)
      .add("checkpoints", std::vector<JsonObject>{jsonOf(checkpoint)});
  return finding;
}

// What can be said from the two checkpoints alone. None: they are of two sizes, the old one
// smaller.
Result<std::optional<Finding>> compareSizes(const Checkpoint& older, const Checkpoint& newer) {
  if (older.origin != newer.origin) {
    return broken(newer.source + " is of the log \"" + visible(newer.origin) + "\", but " +
                  older.source + " is of \"" + visible(older.origin) + "\"");
  }
  if (newer.size < older.size) {
    return broken(newer.source + " is of " + std::to_string(newer.size) + " events, but " +
                  older.source + ", the older one, is of " + std::to_string(older.size) +
                  ": events are lost, unless the two files were given in the wrong order");
  }
  if (newer.size > older.size) return std::nullopt;
  if (newer.root != older.root) {
    return broken(newer.source + " and " + older.source + " are both of " +
                  std::to_string(newer.size) +
                  " events, but they have different roots: the log has shown two histories");
  }
  Finding finding;
  finding.lines.push_back("The checkpoints are of the same size and root.");
  return finding;
}

Result<Finding> checkConsistencyProof(const std::string& file, const Checkpoint& older,
                                      const Checkpoint& newer, std::span<const VerifierKey> keys) {
  const auto content = readFile(file, kProofBytesMax);
  if (!content) return tl::make_unexpected(content.error());
  const std::string source = "the proof in " + visible(file);
  const auto proof = readConsistencyProof(*content, source);
  if (!proof) return tl::make_unexpected(proof.error());
  if (proof->oldSize != older.size || proof->newSize != newer.size) {
    return broken(source + " leads from " + std::to_string(proof->oldSize) + " to " +
                  std::to_string(proof->newSize) + " events, but the checkpoints are of " +
                  std::to_string(older.size) + " and " + std::to_string(newer.size));
  }
  const auto inside = openCheckpoint(proof->checkpoint, keys, "the checkpoint within " + source);
  if (!inside) return tl::make_unexpected(inside.error());
  if (inside->origin != newer.origin || inside->size != newer.size || inside->root != newer.root) {
    return broken(inside->source + " is not the same as " + newer.source);
  }
  if (!consistencyHolds(older.size, older.root, newer.size, newer.root, proof->path)) {
    return broken(source + " does not hold: nothing shows that " + newer.source + " goes on from " +
                  older.source);
  }
  Finding finding;
  finding.lines.push_back("The newer checkpoint goes on from the older one: nothing of its " +
                          std::to_string(older.size) + " events was changed or lost.");
  return finding;
}

}  // namespace

Result<Finding> run(const TilesCommand& command, Progress& progress) {
  const auto keys = keysFrom(command.keys);
  if (!keys) return tl::make_unexpected(keys.error());
  const auto others = checkpointsFrom(command.checkpoints, *keys);
  if (!others) return tl::make_unexpected(others.error());
  return verifyExport(command.directory, *keys, *others, command.requirePayloads, progress);
}

Result<Finding> run(const ProofCommand& command, Progress&) {
  const auto keys = keysFrom(command.keys);
  if (!keys) return tl::make_unexpected(keys.error());
  const auto content = readFile(command.file, kProofBytesMax);
  if (!content) return tl::make_unexpected(content.error());
  const std::string source = "the proof in " + visible(command.file);
  const auto proof = readInclusionProof(*content, source);
  if (!proof) return tl::make_unexpected(proof.error());
  const auto checkpoint =
      openCheckpoint(proof->checkpoint, *keys, "the checkpoint within " + source);
  if (!checkpoint) return tl::make_unexpected(checkpoint.error());
  const std::string envelopeSource = "the envelope within " + source;
  const auto event = readEnvelope(proof->envelope, {envelopeSource});
  if (!event) return tl::make_unexpected(event.error());
  if (event->position != proof->index) {
    return broken(envelopeSource + " is of position " + std::to_string(event->position) +
                  ", but the proof is of " + std::to_string(proof->index));
  }
  if (proof->index >= checkpoint->size) {
    return broken(source + " is of position " + std::to_string(proof->index) + ", but " +
                  checkpoint->source + " has " + std::to_string(checkpoint->size) + " events");
  }
  if (!inclusionHolds(leafHash(proof->envelope), proof->index, checkpoint->size, proof->path,
                      checkpoint->root)) {
    return broken(source + " does not hold: its envelope and hashes do not lead to the root of " +
                  checkpoint->source);
  }
  if (!command.payload.empty()) {
    const auto payload = readFile(command.payload, kPayloadBytesMax);
    if (!payload) return tl::make_unexpected(payload.error());
    const std::string payloadSource = "the payload in " + visible(command.payload);
    if (auto paid = checkPayload(*event, *payload, {payloadSource}); !paid) {
      return tl::make_unexpected(paid.error());
    }
  }
  return eventFinding(*event, *checkpoint, !command.payload.empty());
}

Result<Finding> run(const ConsistencyCommand& command, Progress& progress) {
  const auto keys = keysFrom(command.keys);
  if (!keys) return tl::make_unexpected(keys.error());
  const auto both = checkpointsFrom({command.oldCheckpoint, command.newCheckpoint}, *keys);
  if (!both) return tl::make_unexpected(both.error());
  const Checkpoint& older = both->front();
  const Checkpoint& newer = both->back();
  auto alone = compareSizes(older, newer);
  if (!alone) return tl::make_unexpected(alone.error());
  if (!command.tiles.empty()) return verifyExport(command.tiles, *keys, *both, false, progress);
  if (!command.data.empty()) return verifyDirectory(command.data, *keys, *both, progress);
  Result<Finding> finding = unreadable(
      "the checkpoints are of " + std::to_string(older.size) + " and " +
      std::to_string(newer.size) +
      " events: give --proof, --tiles or --data to show that one goes on from the other");
  if (!command.proof.empty()) {
    finding = checkConsistencyProof(command.proof, older, newer, *keys);
  } else if (*alone) {
    finding = std::move(**alone);
  }
  if (finding) addCheckpoints(*finding, *both);
  return finding;
}

Result<Finding> run(const DataCommand& command, Progress& progress) {
  const auto keys = keysFrom(command.keys);
  if (!keys) return tl::make_unexpected(keys.error());
  const auto others = checkpointsFrom(command.checkpoints, *keys);
  if (!others) return tl::make_unexpected(others.error());
  return verifyDirectory(command.directory, *keys, *others, progress);
}

}  // namespace docket::client::verify
