#include "server/offline/rotate.h"

#include <string>

#include "eventstore/key_store.h"
#include "eventstore/publisher.h"
#include "server/offline/stopped_log.h"
#include "server/subject_keys.h"

namespace docket::server::offline {

int rotateKey(const Context& context, const NoOptions&) {
  const auto stopped = openStoppedLog(context, Access::read);
  if (!stopped) return stopped.error();
  const auto key =
      eventstore::rotateSigningKey(*stopped->log, publishingOf(context, stopped->data));
  if (!key) return failed(key.error());
  const std::string text = eventstore::toText(*key);
  print(context, {{"origin", key->name}, {"verifier_key", text}},
        "The signing key was replaced; verifiers need " + text);
  return kExitDone;
}

int rotateMasterKey(const Context& context, const NoOptions&) {
  const auto data = lockData(context);
  if (!data) return data.error();
  const auto keys = openKeyStore(context.config, false);
  if (!keys) return failed(keys.error());
  const auto counts = (*keys)->counts();
  if (!counts) return failed(counts.error());
  noteStopSignals();
  const auto progress =
      [line = Progress("rewrapped", "keys")](const eventstore::RotationProgress& at) mutable {
        return line(at.done, at.all);
      };
  // A third master key before the second has taken over would only make the work longer.
  const bool wasInterrupted = counts->masters > 1;
  const auto report = wasInterrupted
                          ? (*keys)->finishRotation(progress)
                          : (*keys)->rotateMaster(eventstore::MasterKey::random(), progress);
  if (!report) return failed(report.error());
  const std::string current = eventstore::toHex(report->current.bytes);
  const std::string file = context.config.masterKeys().string();
  print(context,
        {{"master_key", current},
         {"file", file},
         {"rewrapped", report->rewrapped},
         {"removed", report->mastersRemoved},
         {"was_interrupted", wasInterrupted}},
        std::string(wasInterrupted ? "Finished the rotation that was interrupted. " : "") +
            "All keys are wrapped under master key " + current +
            " now: " + std::to_string(report->rewrapped) + " rewrapped, " +
            std::to_string(report->mastersRemoved) + " old master keys taken out of " + file +
            ". Back that file up.");
  return kExitDone;
}

}  // namespace docket::server::offline
