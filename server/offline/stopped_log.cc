#include "server/offline/stopped_log.h"

#include <system_error>
#include <utility>

namespace docket::server::offline {

tl::expected<std::unique_ptr<eventstore::Log>, int> openLogToRead(const Context& context) {
  auto log = eventstore::Log::open(
      {.directory = context.config.data / "log", .create = false, .readOnly = true});
  if (!log) return tl::make_unexpected(failed(log.error()));
  return std::move(*log);
}

tl::expected<DataDirectory, int> lockData(const Context& context) {
  const std::filesystem::path& path = context.config.data;
  if (std::error_code error; !std::filesystem::exists(path / "VERSION", error)) {
    return tl::make_unexpected(failed(path.string() + " is no data directory of Docket"));
  }
  auto data = DataDirectory::open(path);
  if (!data) return tl::make_unexpected(failed(data.error()));
  return std::move(*data);
}

tl::expected<StoppedLog, int> openStoppedLog(const Context& context, Access access) {
  auto data = lockData(context);
  if (!data) return tl::make_unexpected(data.error());
  auto log = eventstore::Log::open(
      {.directory = data->log(), .create = false, .readOnly = access == Access::read});
  if (!log) return tl::make_unexpected(failed(log.error()));
  return StoppedLog{std::move(*data), std::move(*log)};
}

eventstore::PublisherOptions publishingOf(const Context& context, const DataDirectory& data) {
  return {.keys = data.keys(), .checkpoint = data.checkpoint(), .origin = context.config.origin};
}

}  // namespace docket::server::offline
