#include "eventstore/key_store.h"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <unordered_set>
#include <utility>

#include "eventstore/key_database.h"
#include "eventstore/key_entry.h"
#include "eventstore/limits.h"

namespace docket::eventstore {
namespace {

std::optional<StoreError> checkSubject(std::string_view subject) {
  if (!subject.empty() && subject.size() <= kMaxSubjectBytes) return std::nullopt;
  return StoreError{StoreErrorCode::invalid, "a subject of " + std::to_string(subject.size()) +
                                                 " bytes; it must have 1 to " +
                                                 std::to_string(kMaxSubjectBytes)};
}

bool contains(const std::vector<MasterKeyId>& ids, const MasterKeyId& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

StoreError masterMissing(const MasterKeyFile& file, const MasterKeyId& id) {
  return {StoreErrorCode::keyMissing,
          "the master key file " + file.path().string() + " lacks the key " + toHex(id.bytes) +
              ", under which keys of the key store are wrapped; restore the file"};
}

tl::expected<MasterKeyFile, StoreError> loadOrCreate(const KeyStoreOptions& options) {
  auto file = MasterKeyFile::load(options.masterKeyFile);
  if (file || file.error().code != StoreErrorCode::notFound) return file;
  if (KeyDatabase::isThere(options.directory)) {
    // A new key would open nothing.
    return tl::unexpected(StoreError{StoreErrorCode::keyMissing,
                                     "the master key file " + options.masterKeyFile.string() +
                                         " is missing (is its medium not " +
                                         "mounted?); without it no key in " +
                                         options.directory.string() + " can be used"});
  }
  if (!options.create) return file;
  return MasterKeyFile::create(options.masterKeyFile);
}

}  // namespace

class KeyStore::Impl {
 public:
  Impl(KeyDatabase database, MasterKeyFile masters, std::size_t keysPerRewrapping)
      : database_(std::move(database)),
        masters_(std::move(masters)),
        keysPerRewrapping_(std::max<std::size_t>(keysPerRewrapping, 1)) {}

  // Sees that every master key is there that an entry may need, and ends what was interrupted.
  tl::expected<void, StoreError> begin() {
    for (const MasterKeyId& id : database_.masters()) {
      if (masters_.find(id) == nullptr) return tl::unexpected(masterMissing(masters_, id));
    }
    if (auto noted = noteCurrent(); !noted) return noted;
    return database_.isUnswept() ? database_.sweep({}) : tl::expected<void, StoreError>();
  }

  tl::expected<SecretKey, StoreError> ensure(std::string_view subject) {
    if (auto invalid = checkSubject(subject)) return tl::unexpected(*std::move(invalid));
    const std::unique_lock lock(mutex_);
    auto found = findLocked(subject);
    if (!found) return tl::unexpected(found.error());
    if (auto* key = std::get_if<SecretKey>(&*found)) return std::move(*key);
    if (const auto* destroyed = std::get_if<KeyDestroyed>(&*found)) {
      return tl::unexpected(
          StoreError{StoreErrorCode::erased, "the subject was erased at position " +
                                                 std::to_string(destroyed->erasedAt.value) +
                                                 " and gets no new key"});
    }
    SecretKey key = SecretKey::random();
    const KeyDatabase::Put put{std::string(subject), wrap(key, subject, masters_.current()), true};
    if (auto stored = database_.put({&put, 1}, KeyDatabase::Sweep::notNeeded); !stored) {
      return tl::unexpected(stored.error());
    }
    return key;
  }

  tl::expected<SubjectKey, StoreError> find(std::string_view subject) const {
    if (auto invalid = checkSubject(subject)) return tl::unexpected(*std::move(invalid));
    const std::shared_lock lock(mutex_);
    return findLocked(subject);
  }

  tl::expected<void, StoreError> destroy(std::span<const Erasure> erasures) {
    for (const Erasure& erasure : erasures) {
      if (auto invalid = checkSubject(erasure.subject)) return tl::unexpected(*std::move(invalid));
    }
    const std::unique_lock lock(mutex_);
    std::vector<KeyDatabase::Put> puts;
    std::vector<std::vector<std::byte>> wrapped;
    std::unordered_set<std::string_view> seen;
    for (const Erasure& erasure : erasures) {
      if (!seen.insert(erasure.subject).second) continue;  // an entry is counted once
      const auto entry = database_.find(erasure.subject);
      if (!entry) return tl::unexpected(entry.error());
      if (*entry && std::holds_alternative<Tombstone>(**entry)) continue;
      if (*entry) {
        const auto bytes = std::get<WrappedKey>(**entry).keyBytes();
        wrapped.emplace_back(bytes.begin(), bytes.end());
      }
      puts.push_back({erasure.subject, Tombstone{erasure.at}, !entry->has_value()});
    }
    if (!puts.empty()) {
      const auto sweep =
          wrapped.empty() ? KeyDatabase::Sweep::notNeeded : KeyDatabase::Sweep::needed;
      if (auto stored = database_.put(puts, sweep); !stored) return stored;
    }
    // Also what an earlier call could not finish.
    return database_.isUnswept() ? database_.sweep(wrapped) : tl::expected<void, StoreError>();
  }

  tl::expected<RotationReport, StoreError> rotate(const MasterKey* master,
                                                  const OnProgress& progress);
  tl::expected<KeyCounts, StoreError> counts() const;
  tl::expected<std::vector<SubjectEntry>, StoreError> subjects() const;

 private:
  // REQUIRES: mutex_ held.
  tl::expected<SubjectKey, StoreError> findLocked(std::string_view subject) const {
    const auto entry = database_.find(subject);
    if (!entry) return tl::unexpected(entry.error());
    if (!*entry) return NoKey{};
    if (const auto* tombstone = std::get_if<Tombstone>(&**entry)) {
      return KeyDestroyed{tombstone->erasedAt};
    }
    auto key = unwrapped(subject, std::get<WrappedKey>(**entry));
    if (!key) return tl::unexpected(key.error());
    return std::move(*key);
  }

  tl::expected<SecretKey, StoreError> unwrapped(std::string_view subject,
                                                const WrappedKey& wrapped) const {
    const MasterKey* master = masters_.find(wrapped.master);
    if (master == nullptr) return tl::unexpected(masterMissing(masters_, wrapped.master));
    auto key = unwrap(wrapped, subject, *master);
    if (!key) {
      return tl::unexpected(database_.corrupt(
          "the key of a subject cannot be unwrapped: it is changed, or another subject's"));
    }
    return std::move(*key);
  }

  // The store has to know of a master key before an entry needs it.
  tl::expected<void, StoreError> noteCurrent() {
    std::vector<MasterKeyId> ids = database_.masters();
    if (contains(ids, masters_.current().id)) return {};
    ids.insert(ids.begin(), masters_.current().id);
    return database_.noteMasters(std::move(ids));
  }

  // Wraps the keys of `subjects` under the current master key, in one write.
  tl::expected<void, StoreError> rewrap(std::span<const std::string> subjects) {
    std::vector<KeyDatabase::Put> puts;
    for (const std::string& subject : subjects) {
      const auto entry = database_.find(subject);
      if (!entry) return tl::unexpected(entry.error());
      const auto* wrapped = *entry ? std::get_if<WrappedKey>(&**entry) : nullptr;
      if (wrapped == nullptr) return tl::unexpected(database_.corrupt("it lost an entry"));
      const auto key = unwrapped(subject, *wrapped);
      if (!key) return tl::unexpected(key.error());
      puts.push_back({subject, wrap(*key, subject, masters_.current()), false});
    }
    return database_.put(puts, KeyDatabase::Sweep::needed);
  }

  // The subjects whose keys are wrapped under another master key than the current one.
  tl::expected<std::vector<std::string>, StoreError> toRewrap() const {
    std::vector<std::string> subjects;
    auto walked = database_.walk(
        [&](std::string_view subject, const KeyEntry& entry) -> tl::expected<void, StoreError> {
          const auto* wrapped = std::get_if<WrappedKey>(&entry);
          if (wrapped != nullptr && wrapped->master != masters_.current().id) {
            subjects.emplace_back(subject);
          }
          return {};
        });
    if (!walked) return tl::unexpected(walked.error());
    return subjects;
  }

  mutable std::shared_mutex mutex_;
  KeyDatabase database_;
  MasterKeyFile masters_;
  const std::size_t keysPerRewrapping_;
};

tl::expected<RotationReport, StoreError> KeyStore::Impl::rotate(const MasterKey* master,
                                                                const OnProgress& progress) {
  const std::unique_lock lock(mutex_);
  RotationReport report;
  std::uint64_t all = 0;
  // Says where we are, and whether to go on.
  const auto reached = [&](RotationStep step) -> tl::expected<void, StoreError> {
    if (!progress || progress({step, report.rewrapped, all})) return {};
    return tl::unexpected(StoreError{
        StoreErrorCode::interrupted,
        "the rotation of the master key was interrupted; the same command goes on with it"});
  };
  if (master != nullptr) {
    if (auto added = masters_.makeCurrent(*master); !added) return tl::unexpected(added.error());
  }
  report.current = masters_.current().id;
  if (auto on = reached(RotationStep::masterAdded); !on) return tl::unexpected(on.error());
  if (auto noted = noteCurrent(); !noted) return tl::unexpected(noted.error());
  if (auto on = reached(RotationStep::mastersNoted); !on) return tl::unexpected(on.error());

  const auto old = toRewrap();
  if (!old) return tl::unexpected(old.error());
  all = old->size();
  for (auto left = std::span<const std::string>(*old); !left.empty();) {
    const std::size_t some = std::min(keysPerRewrapping_, left.size());
    if (auto done = rewrap(left.first(some)); !done) return tl::unexpected(done.error());
    report.rewrapped += some;
    left = left.subspan(some);
    if (auto on = reached(RotationStep::rewrapped); !on) return tl::unexpected(on.error());
  }
  if (database_.isUnswept()) {
    if (auto swept = database_.sweep({}); !swept) return tl::unexpected(swept.error());
  }
  if (auto on = reached(RotationStep::swept); !on) return tl::unexpected(on.error());

  // What was just written is read again before the only key to anything older goes.
  const auto left = toRewrap();
  if (!left) return tl::unexpected(left.error());
  if (!left->empty()) return tl::unexpected(database_.corrupt("a rewrapped key is not there"));
  if (auto noted = database_.noteMasters({report.current}); !noted) {
    return tl::unexpected(noted.error());
  }
  if (auto on = reached(RotationStep::oldForgotten); !on) return tl::unexpected(on.error());
  report.mastersRemoved = masters_.keys().size() - 1;
  if (auto removed = masters_.keepOnlyCurrent(); !removed) return tl::unexpected(removed.error());
  if (auto on = reached(RotationStep::oldRemoved); !on) return tl::unexpected(on.error());
  return report;
}

tl::expected<KeyCounts, StoreError> KeyStore::Impl::counts() const {
  const std::shared_lock lock(mutex_);
  KeyCounts counts;
  counts.masters = masters_.keys().size();
  auto walked = database_.walk(
      [&](std::string_view, const KeyEntry& entry) -> tl::expected<void, StoreError> {
        const auto* wrapped = std::get_if<WrappedKey>(&entry);
        ++(wrapped != nullptr ? counts.living : counts.destroyed);
        if (wrapped != nullptr && wrapped->master != masters_.current().id) ++counts.toRewrap;
        return {};
      });
  if (!walked) return tl::unexpected(walked.error());
  return counts;
}

tl::expected<std::vector<SubjectEntry>, StoreError> KeyStore::Impl::subjects() const {
  const std::shared_lock lock(mutex_);
  std::vector<SubjectEntry> subjects;
  auto walked = database_.walk(
      [&](std::string_view subject, const KeyEntry& entry) -> tl::expected<void, StoreError> {
        SubjectEntry one{std::string(subject), std::nullopt};
        if (const auto* tombstone = std::get_if<Tombstone>(&entry)) {
          one.erasedAt = tombstone->erasedAt;
        }
        subjects.push_back(std::move(one));
        return {};
      });
  if (!walked) return tl::unexpected(walked.error());
  return subjects;
}

tl::expected<std::unique_ptr<KeyStore>, StoreError> KeyStore::open(const KeyStoreOptions& options) {
  auto masters = loadOrCreate(options);
  if (!masters) return tl::unexpected(masters.error());
  auto database = KeyDatabase::open(options.directory, options.create);
  if (!database) return tl::unexpected(database.error());
  auto impl =
      std::make_unique<Impl>(std::move(*database), std::move(*masters), options.keysPerRewrapping);
  if (auto begun = impl->begin(); !begun) return tl::unexpected(begun.error());
  return std::unique_ptr<KeyStore>(new KeyStore(std::move(impl)));
}

KeyStore::KeyStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyStore::~KeyStore() = default;

tl::expected<SecretKey, StoreError> KeyStore::ensure(std::string_view subject) {
  return impl_->ensure(subject);
}

tl::expected<SubjectKey, StoreError> KeyStore::find(std::string_view subject) const {
  return impl_->find(subject);
}

tl::expected<void, StoreError> KeyStore::destroy(std::span<const Erasure> erasures) {
  return impl_->destroy(erasures);
}

tl::expected<RotationReport, StoreError> KeyStore::rotateMaster(const MasterKey& master,
                                                                const OnProgress& progress) {
  return impl_->rotate(&master, progress);
}

tl::expected<RotationReport, StoreError> KeyStore::finishRotation(const OnProgress& progress) {
  return impl_->rotate(nullptr, progress);
}

tl::expected<KeyCounts, StoreError> KeyStore::counts() const {
  return impl_->counts();
}

tl::expected<std::vector<SubjectEntry>, StoreError> KeyStore::subjects() const {
  return impl_->subjects();
}

}  // namespace docket::eventstore
