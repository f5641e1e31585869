#include "server/offline/commands.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "server/offline/backup.h"
#include "server/offline/export.h"
#include "server/offline/rehearse.h"
#include "server/offline/rotate.h"
#include "server/offline/verify.h"

namespace docket::server::offline {
namespace {

// What a command takes besides its own options, --config, the log's flags and --json.
enum class Takes { nothing, data, dataAndOrigin, dataAndMasterKey };

void addSettings(CLI::App& command, SettingFlags& flags, Takes takes) {
  if (takes != Takes::nothing) {
    command.add_option("--data", flags.data, "the data directory of a stopped server")
        ->type_name("DIR");
  }
  if (takes == Takes::dataAndOrigin) addOriginFlag(command, flags);
  if (takes == Takes::dataAndMasterKey) addMasterKeyFlag(command, flags);
  addCommonFlags(command, flags);
}

class Registry {
 public:
  Registry(SettingFlags& flags, Work& work) : flags_(flags), work_(work) {}

  // `run` does what `name` asks for, told by the options that `declare` has read.
  template <class Options>
  void add(CLI::App& parent, const char* name, const char* what, Takes takes,
           int (*run)(const Context&, const Options&)) {
    struct Words {
      Options options;
      bool isJson = false;
    };
    const auto words = std::make_shared<Words>();
    CLI::App* command = parent.add_subcommand(name, what);
    declare(*command, words->options);
    addSettings(*command, flags_, takes);
    command->add_flag("--json", words->isJson, "print a JSON document");
    command->callback([&flags = flags_, &work = work_, words, takes, run] {
      flags.needsData = takes != Takes::nothing;
      work = [words, run](const Config& config) {
        return run({config, words->isJson}, words->options);
      };
    });
  }

 private:
  SettingFlags& flags_;
  Work& work_;
};

}  // namespace

void addCommands(CLI::App& app, SettingFlags& flags, Work& work) {
  Registry registry(flags, work);
  registry.add(app, "verify", "walk the whole log and say whether it is well", Takes::data,
               &verify);
  registry.add(app, "rehearse", "decode and fold the whole log with this program's code",
               Takes::data, &rehearse);
  registry.add(app, "export", "write the log as tiles, or what was added since",
               Takes::dataAndOrigin, &exportLog);
  registry.add(app, "rotate-key", "replace the key that signs checkpoints", Takes::dataAndOrigin,
               &rotateKey);
  registry.add(app, "rotate-master-key", "wrap all keys under a new master key, or go on with that",
               Takes::dataAndMasterKey, &rotateMasterKey);

  CLI::App* backups = app.add_subcommand("backup", "copies of the log, and the way back from them");
  backups->require_subcommand(1);
  registry.add(*backups, "create", "add a backup of the log", Takes::data, &createBackup);
  registry.add(*backups, "list", "the finished backups", Takes::nothing, &listBackups);
  registry.add(*backups, "verify", "check a backup, restore it aside and walk the whole log there",
               Takes::nothing, &verifyBackup);
  registry.add(*backups, "restore", "make a new data directory of a backup", Takes::nothing,
               &restoreBackup);
  registry.add(*backups, "prune", "remove all backups but the latest ones", Takes::nothing,
               &pruneBackups);
}

}  // namespace docket::server::offline
