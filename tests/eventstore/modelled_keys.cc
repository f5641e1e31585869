#include "tests/eventstore/modelled_keys.h"

#include <rapidcheck.h>

#include <set>

#include "eventstore/bytes.h"
#include "tests/eventstore/store_testing.h"

namespace docket::eventstore::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kField = "Noted.text";
constexpr std::size_t kMaxMasters = 16;

KeyStoreOptions optionsIn(const fs::path& folder) {
  return {.directory = folder / "subjects",
          .masterKeyFile = folder / "master.key",
          .create = true,
          .keysPerRewrapping = 2};
}

std::vector<MasterKeyId> mastersIn(const fs::path& folder) {
  const auto file = MasterKeyFile::load(folder / "master.key");
  if (!file) RC_FAIL(file.error().message);
  std::vector<MasterKeyId> ids;
  for (const MasterKey& key : file->keys()) ids.push_back(key.id);
  return ids;
}

std::string erasedText(Position at) {
  return "ERASED at " + std::to_string(at.value);
}

std::string openedText(const tl::expected<OpenedText, StoreError>& opened) {
  if (!opened) {
    return opened.error().code == StoreErrorCode::keyMissing ? "KEY MISSING"
                                                             : "ERROR " + opened.error().message;
  }
  if (const auto* erased = std::get_if<Erased>(&*opened)) return erasedText(erased->erasedAt);
  return "text " + std::get<std::string>(*opened);
}

// Whom the log has erased, as a server learns it.
std::vector<Erasure> erasuresIn(const Log& log) {
  std::vector<Erasure> erasures;
  LogReader reader = log.readAll({.types = {std::string(kErasedType)}});
  for (;;) {
    const auto next = reader.next();
    if (!next) RC_FAIL(next.error().message);
    if (*next == nullptr) return erasures;
    const Envelope& envelope = (*next)->envelope;
    erasures.push_back({std::string(envelope.streamId), envelope.position});
  }
}

void obey(KeyStore& store, KeyModel& model, const Log& log, const LogModel& logModel) {
  const auto destroyed = store.destroy(erasuresIn(log));
  if (!destroyed) RC_FAIL(destroyed.error().message);
  model.erase(logModel.erasures());
}

void compareSubjects(const KeyStore& store, const KeyModel& model) {
  const auto subjects = store.subjects();
  if (!subjects) RC_FAIL(subjects.error().message);
  std::map<std::string, std::optional<Position>> got;
  for (const SubjectEntry& entry : *subjects) got.emplace(entry.subject, entry.erasedAt);
  RC_ASSERT(got == model.subjects);
  const auto counts = store.counts();
  if (!counts) RC_FAIL(counts.error().message);
  RC_ASSERT(counts->living + counts->destroyed == model.subjects.size());
  RC_ASSERT(counts->masters == model.file.size());
  // A rotation that is finished leaves nothing under another master key.
  if (model.file.size() == 1) RC_ASSERT(counts->toRewrap == 0u);
}

}  // namespace

ModelledKeys::ModelledKeys(fs::path directory, fs::path copies)
    : directory_(std::move(directory)), copiesIn_(std::move(copies)) {
  fs::create_directory(copiesIn_);
  open();
}

void ModelledKeys::open() {
  store_.reset();
  auto opened = KeyStore::open(optionsIn(directory_));
  if (!opened) RC_FAIL(opened.error().message);
  store_ = std::move(*opened);
  if (model_.file.empty()) model_.file = mastersIn(directory_);
  model_.noteCurrent();
  RC_ASSERT(mastersIn(directory_) == model_.file);
}

std::optional<std::vector<std::byte>> ModelledKeys::seal(const std::string& subject,
                                                         const FieldPlace& place,
                                                         const std::string& text) {
  const auto key = store_->ensure(subject);
  RC_ASSERT(key.has_value() == model_.ensure(subject));
  if (!key) {
    RC_ASSERT(key.error().code == StoreErrorCode::erased);
    return std::nullopt;
  }
  FieldPlace named = place;
  named.field = kField;
  auto sealed = sealField(*key, named, text);
  sealed_[std::string(asText(sealed))] = {subject, text};
  return sealed;
}

void ModelledKeys::destroy(std::span<const Erasure> erasures) {
  const auto destroyed = store_->destroy(erasures);
  if (!destroyed) RC_FAIL(destroyed.error().message);
  model_.erase(erasures);
}

void ModelledKeys::restart(const Log& log, const LogModel& model) {
  open();
  obey(*store_, model_, log, model);
}

void ModelledKeys::rotate(Draw& draw) {
  const bool finishes = draw.below(4) == 1;
  const std::uint64_t stopAt = draw.below(3) == 1 ? 1 + draw.below(8) : 0;  // 0: at no step
  const MasterKey fresh = MasterKey::random();
  const bool isFull = !finishes && model_.file.size() == kMaxMasters;
  if (!finishes && !isFull) model_.file.insert(model_.file.begin(), fresh.id);
  const std::size_t masters = model_.file.size();
  std::uint64_t steps = 0;
  const auto progress = [&](const RotationProgress& reached) {
    model_.reach(reached.step);
    return ++steps != stopAt;
  };
  const auto report =
      finishes ? store_->finishRotation(progress) : store_->rotateMaster(fresh, progress);
  if (isFull) {
    RC_ASSERT(!report && report.error().code == StoreErrorCode::invalid);
  } else if (stopAt != 0 && steps == stopAt) {
    RC_ASSERT(!report && report.error().code == StoreErrorCode::interrupted);
  } else {
    if (!report) RC_FAIL(report.error().message);
    RC_ASSERT(report->current == model_.file.front());
    RC_ASSERT(report->mastersRemoved == masters - 1);
    RC_ASSERT(model_.file.size() == 1u);
  }
  RC_ASSERT(mastersIn(directory_) == model_.file);
}

const ModelledKeys::Copy& ModelledKeys::copy() {
  copies_.push_back({copiesIn_ / std::to_string(copies_.size()), model_});
  store_.reset();
  fs::copy(directory_, copies_.back().folder, fs::copy_options::recursive);
  open();
  return copies_.back();
}

KeyModel ModelledKeys::drawKeys(Draw& draw, const fs::path& folder) {
  const std::uint64_t kind = draw.below(5);
  if (kind == 0) return {};
  const Copy& newest = copy();
  const Copy& older = copies_[draw.below(copies_.size())];
  const bool hasOlderStore = kind == 2 || kind == 3;
  const bool hasOlderMasters = kind == 2 || kind == 4;
  KeyModel model = hasOlderStore ? older.model : newest.model;
  const Copy& masters = hasOlderMasters ? older : newest;
  fs::copy((hasOlderStore ? older : newest).folder, folder, fs::copy_options::recursive);
  fs::copy_file(masters.folder / "master.key", folder / "master.key",
                fs::copy_options::overwrite_existing);
  model.file = masters.model.file;
  return model;
}

void ModelledKeys::compareFields(const Log& log, const KeyStore& store,
                                 const KeyModel& model) const {
  LogReader reader = log.readAll();
  for (;;) {
    const auto next = reader.next();
    if (!next) RC_FAIL(next.error().message);
    if (*next == nullptr) return;
    const auto found = sealed_.find(std::string(asText((*next)->payload)));
    if (found == sealed_.end()) continue;
    const auto& [subject, text] = found->second;
    const auto key = store.find(subject);
    if (!key) RC_FAIL(key.error().message);
    const Envelope& envelope = (*next)->envelope;
    const auto opened =
        openField(*key, {envelope.stream(), envelope.version, kField}, (*next)->payload);
    const auto known = model.subjects.find(subject);
    const std::string expected = known == model.subjects.end() ? "KEY MISSING"
                                 : known->second               ? erasedText(*known->second)
                                                               : "text " + text;
    RC_ASSERT(openedText(opened) == expected);
  }
}

void ModelledKeys::compareAll(const Log& log) const {
  compareSubjects(*store_, model_);
  compareFields(log, *store_, model_);
}

void ModelledKeys::compareBeside(Draw& draw, const Log& restored, const LogModel& model,
                                 const fs::path& folder) {
  KeyModel keys = drawKeys(draw, folder);
  auto opened = KeyStore::open(optionsIn(folder));
  RC_ASSERT(opened.has_value() == keys.opens());
  if (!opened) {
    RC_ASSERT(opened.error().code == StoreErrorCode::keyMissing);
    return;
  }
  if (keys.file.empty()) keys.file = mastersIn(folder);
  obey(**opened, keys, restored, model);
  compareSubjects(**opened, keys);
  compareFields(restored, **opened, keys);
}

}  // namespace docket::eventstore::testing
