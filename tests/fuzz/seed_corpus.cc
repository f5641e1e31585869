// fuzz_seeds DIR GOLDEN: writes the seeds of every corpus below DIR, made by the real encoders;
// those of payloads are the golden files. Seeds that are there are written again.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/env.h>

#include "eventstore/anchor.h"
#include "eventstore/checkpoint.h"
#include "eventstore/command_run.h"
#include "eventstore/envelope.h"
#include "eventstore/group_record.h"
#include "eventstore/proof.h"
#include "eventstore/records.h"
#include "eventstore/stream_index.h"
#include "tests/fuzz/fixed_key.h"
#include "tests/fuzz/payload_choice.h"

namespace docket::fuzz {
namespace {

namespace fs = std::filesystem;
using namespace eventstore;

std::string_view textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Corpus {
 public:
  Corpus(const fs::path& root, std::string_view target) : directory_(root / target) {
    fs::create_directories(directory_);
  }
  void seed(std::string_view name, std::string_view bytes) const {
    std::ofstream file(directory_ / ("seed-" + std::string(name)), std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) {
      std::fprintf(stderr, "cannot write below %s\n", directory_.c_str());
      std::exit(1);
    }
  }

 private:
  fs::path directory_;
};

Envelope plainEnvelope() {
  Envelope envelope;
  envelope.position = {300};
  envelope.streamKind = "ticket";
  envelope.streamId = "OPS-42";
  envelope.version = {5};
  envelope.type = "TicketMoved";
  envelope.recordedAt = Timestamp{std::chrono::microseconds{1'700'000'000'000'000}};
  envelope.occurredAt = Timestamp{std::chrono::microseconds{1'699'999'999'999'999}};
  envelope.actor = "anna";
  envelope.commandId.bytes.fill(std::byte{0xab});
  envelope.correlationId = envelope.commandId;
  envelope.payloadHash.bytes.fill(std::byte{0xcd});
  envelope.payloadSize = 128;
  return envelope;
}

std::vector<std::byte> encoded(const Envelope& envelope) {
  std::vector<std::byte> bytes;
  encodeEnvelope(envelope, bytes);
  return bytes;
}

std::vector<std::byte> fullEnvelope() {
  Envelope envelope = plainEnvelope();
  envelope.onBehalfOf = "bob";
  envelope.origin = Origin::timer;
  envelope.correlationId.bytes.fill(std::byte{0xef});
  envelope.hasCausation = true;
  envelope.causation = {299};
  return encoded(envelope);
}

void envelopes(const fs::path& root) {
  const Corpus corpus(root, "envelope");
  corpus.seed("plain", textOf(encoded(plainEnvelope())));
  corpus.seed("full", textOf(fullEnvelope()));
  Envelope first = plainEnvelope();
  first.position = {};
  first.version = {};
  first.payloadSize = 0;
  corpus.seed("first", textOf(encoded(first)));
}

void groupRecords(const fs::path& root) {
  const Corpus corpus(root, "group_record");
  const auto envelope = encoded(plainEnvelope());
  const auto longer = fullEnvelope();
  const std::vector<std::byte> payload(24, std::byte{7});
  Fingerprint fingerprint;
  fingerprint.bytes.fill(std::byte{0x11});
  GroupRecordBuilder builder;
  builder.beginUnit(1, fingerprint);
  builder.add(envelope, payload);
  corpus.seed("one", textOf(builder.finish()));
  builder.beginUnit(2, fingerprint);
  builder.add(envelope, {});
  builder.add(longer, payload);
  builder.beginUnit(3, fingerprint);
  builder.add(longer, std::span(payload).first(5));
  corpus.seed("two-units", textOf(builder.finish()));
  builder.add(envelope, payload);
  corpus.seed("going-on", textOf(builder.finish()));
  builder.add(envelope, payload);
  builder.beginUnit(1, fingerprint);
  builder.add(envelope, payload);
  corpus.seed("ending-and-beginning", textOf(builder.finish()));
}

void heads(const fs::path& root) {
  const Corpus corpus(root, "head");
  corpus.seed("empty", encodeHead({}));
  Digest leaf;
  leaf.bytes.fill(std::byte{0x42});
  Frontier frontier;
  for (int i = 0; i < 7; ++i) frontier.add(leaf, [](unsigned, std::uint64_t, const Digest&) {});
  corpus.seed("seven", encodeHead({{7}, {4}, plainEnvelope().recordedAt, frontier}));
}

void streamChunks(const fs::path& root) {
  const Corpus corpus(root, "stream_chunk");
  std::string chunk;
  addIndexEntry(chunk, {0}, {}, {1'000});
  corpus.seed("one", chunk);
  addIndexEntry(chunk, {1}, {1'000}, {1'001});
  addRestart(chunk, {70'000});
  addIndexEntry(chunk, {3}, {70'000}, {70'005});
  corpus.seed("restarted", chunk);
  std::string whole;
  for (std::uint64_t i = 0; i < kChunkVersions; ++i) {
    addIndexEntry(whole, {i}, {i * 3}, {(i + 1) * 3});
  }
  corpus.seed("whole", whole);
}

void anchors(const fs::path& root) {
  const Corpus corpus(root, "anchor");
  corpus.seed("empty", anchorText({}));
  Anchor anchor{{12'345}, {}};
  anchor.root.bytes.fill(std::byte{0x9a});
  corpus.seed("some", anchorText(anchor));
}

// What the auditor's program and the store both read.
void auditorRecords(const fs::path& root) {
  const Corpus corpus(root, "auditor_records");
  corpus.seed("envelope", textOf(fullEnvelope()));
  const auto envelope = encoded(plainEnvelope());
  Fingerprint fingerprint;
  fingerprint.bytes.fill(std::byte{0x11});
  GroupRecordBuilder builder;
  builder.beginUnit(2, fingerprint);
  builder.add(envelope, envelope);
  builder.add(fullEnvelope(), {});
  corpus.seed("group", textOf(builder.finish()));
  Frontier frontier;
  for (int i = 0; i < 5; ++i) frontier.add({}, [](unsigned, std::uint64_t, const Digest&) {});
  corpus.seed("head", encodeHead({{5}, {3}, plainEnvelope().recordedAt, frontier}));
  corpus.seed("anchor", anchorText({{5}, frontier.root()}));
}

std::string someCheckpoint(std::uint64_t size) {
  Checkpoint checkpoint{fixedVerifier().name, size, {}};
  checkpoint.root.bytes.fill(std::byte{0x5a});
  return checkpointText(checkpoint);
}

void notes(const fs::path& root) {
  const Corpus checkpoints(root, "checkpoint");
  const Corpus signedNotes(root, "signed_note");
  for (const std::uint64_t size : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    const std::string name = size == 0 ? "empty" : "large";
    checkpoints.seed("text-" + name, someCheckpoint(size));
    checkpoints.seed("note-" + name, signedByFixedKey(someCheckpoint(size)));
  }
  const std::string note = signedByFixedKey(someCheckpoint(12));
  signedNotes.seed("one", note);
  const std::string other = signatureLine("another text\n", "other.invalid", fixedKey());
  signedNotes.seed("of-another-key-too", note + other);
  signedNotes.seed("wrong", note.substr(0, note.find('\n')) + "x" + note.substr(note.find('\n')));
  Corpus(root, "verifier_key").seed("fixed", toText(fixedVerifier()));
}

void proofFiles(const fs::path& root) {
  const Corpus corpus(root, "proof_file");
  std::vector<Digest> path(3);
  path[1].bytes.fill(std::byte{0x77});
  const std::string note = signedByFixedKey(someCheckpoint(12));
  corpus.seed("inclusion", inclusionProofText(5, fullEnvelope(), path, note));
  corpus.seed("consistency", consistencyProofText(7, 12, path, note));
  corpus.seed("consistency-of-one-size", consistencyProofText(12, 12, {}, note));
}

// Two events of one command with their payloads, the second of which is not there.
void exports(const fs::path& root) {
  const std::vector<std::byte> payload(24, std::byte{7});
  std::string entries;
  for (std::uint64_t i = 0; i < 2; ++i) {
    Envelope envelope = plainEnvelope();
    envelope.position = {i};
    envelope.version = {i};
    envelope.payloadHash = sha256(payload);
    envelope.payloadSize = static_cast<std::uint32_t>(payload.size());
    const auto bytes = encoded(envelope);
    entries += static_cast<char>(bytes.size() / 256);
    entries += static_cast<char>(bytes.size() % 256);
    entries += textOf(bytes);
  }
  std::string input{1, static_cast<char>(entries.size() / 256)};
  input += static_cast<char>(entries.size() % 256);
  input += entries;
  const Corpus corpus(root, "export");
  corpus.seed("without-payloads", input);
  input += std::string("\0\0\0\x18", 4) + std::string(textOf(payload)) + "\xff\xff\xff\xff";
  corpus.seed("with-payloads", input);
}

// A run of 300 commands: two pages of records. The input has each page without the zeros at its end
// and without its checksum.
void commandRuns(const fs::path& root) {
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  if (!env->CreateDirIfMissing("/runs").ok()) std::abort();
  const Corpus corpus(root, "command_run");
  for (const std::uint64_t count : {std::uint64_t{3}, std::uint64_t{300}}) {
    CommandRunHeader header{"0123456789abcdef0123456789abcdef", {}, {0}, {2 * count}, {}, count};
    const auto writer = CommandRunWriter::create("/runs/some.run", header, env.get()).value();
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!writer->add({(i + 1) << 54, {{2 * i}, 2}})) std::abort();
    }
    if (!writer->finish()) std::abort();
    std::string file;
    if (!rocksdb::ReadFileToString(env.get(), "/runs/some.run", &file).ok()) std::abort();
    std::string input{1};
    for (std::size_t at = 0; at < file.size(); at += kRunPageBytes) {
      std::string page = file.substr(at, kRunPageBytes - 8);
      page.resize(page.find_last_not_of('\0') + 1);
      input += static_cast<char>(page.size() / 256);
      input += static_cast<char>(page.size() % 256);
      input += page;
    }
    corpus.seed(std::to_string(count), input);
  }
}

std::string fromHexLines(const fs::path& path) {
  std::ifstream file(path);
  std::string bytes;
  std::string line;
  while (std::getline(file, line)) {
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
      bytes += static_cast<char>(std::stoul(line.substr(i, 2), nullptr, 16));
    }
  }
  return bytes;
}

void payloads(const fs::path& root, const fs::path& golden) {
  const Corpus corpus(root, "payload");
  const auto& forms = allStoredForms();
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const std::string name = std::string(forms[i].type) + ".v" + std::to_string(forms[i].version);
    corpus.seed(name, static_cast<char>(i) + fromHexLines(golden / (name + ".hex")));
  }
}

}  // namespace
}  // namespace docket::fuzz

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: fuzz_seeds CORPUS_DIR GOLDEN_DIR\n", stderr);
    return 2;
  }
  const std::filesystem::path root = argv[1];
  docket::fuzz::envelopes(root);
  docket::fuzz::groupRecords(root);
  docket::fuzz::heads(root);
  docket::fuzz::streamChunks(root);
  docket::fuzz::anchors(root);
  docket::fuzz::auditorRecords(root);
  docket::fuzz::notes(root);
  docket::fuzz::proofFiles(root);
  docket::fuzz::exports(root);
  docket::fuzz::commandRuns(root);
  docket::fuzz::payloads(root, argv[2]);
  return 0;
}
