#include "server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace docket::server {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

// A family of metrics, all numbers of this moment.
class Families {
 public:
  Families& family(const char* name, const char* help, MetricType type) {
    MetricFamily made;
    made.name = name;
    made.help = help;
    made.type = type;
    families_.push_back(std::move(made));
    return *this;
  }

  // A metric of the family begun last.
  Families& metric(double value, const char* label = nullptr, const std::string& labelValue = {}) {
    prometheus::ClientMetric metric;
    if (label != nullptr) {
      prometheus::ClientMetric::Label named;
      named.name = label;
      named.value = labelValue;
      metric.label.push_back(std::move(named));
    }
    (families_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) =
        value;
    families_.back().metric.push_back(std::move(metric));
    return *this;
  }
  Families& metric(std::uint64_t value, const char* label = nullptr,
                   const std::string& labelValue = {}) {
    return metric(static_cast<double>(value), label, labelValue);
  }

  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void addCommands(Families& families, const CommandPathStats& stats) {
  families.family("docket_commands_total", "Commands answered, by outcome.", MetricType::Counter)
      .metric(stats.done, "outcome", "done")
      .metric(stats.repeated, "outcome", "repeated")
      .metric(stats.refused, "outcome", "refused")
      .metric(stats.overloaded, "outcome", "overloaded");
  families.family("docket_events_total", "Events appended since the start.", MetricType::Counter)
      .metric(stats.events);
  families
      .family("docket_commit_groups_total", "Synced writes since the start.", MetricType::Counter)
      .metric(stats.groups);
  families
      .family("docket_own_commands_total",
              "Commands that the desk gave itself, by what asked for them.", MetricType::Counter)
      .metric(stats.ownByRules, "by", "rule")
      .metric(stats.ownByClocks, "by", "clock");
  families
      .family("docket_clock_lateness_seconds",
              "How long after its instant the last warning or missed promise was written.",
              MetricType::Gauge)
      .metric(std::chrono::duration<double>(stats.lastLateness).count());
  families.family("docket_commands_queued", "Commands waiting to be decided.", MetricType::Gauge)
      .metric(stats.queued);
}

void addViews(Families& families, const std::vector<projections::ProjectionStatus>& views) {
  families.family("docket_projection_lag_events", "Events that a view has not folded yet.",
                  MetricType::Gauge);
  for (const auto& view : views) {
    const std::uint64_t next = std::min(view.next.value, view.head.value);
    families.metric(view.head.value - next, "view", view.name);
  }
  families.family("docket_projection_stopped",
                  "1: the view stands still on an event it cannot fold.", MetricType::Gauge);
  for (const auto& view : views) {
    families.metric(std::uint64_t{!view.stoppedBy.empty()}, "view", view.name);
  }
  families.family("docket_projection_rebuilding", "1: a new generation of the view is being built.",
                  MetricType::Gauge);
  for (const auto& view : views) families.metric(std::uint64_t{view.rebuilding}, "view", view.name);
}

}  // namespace

Health health(const Watched& watched) {
  const bool storeFailed = watched.log.hasFailed() || watched.commands.stats().failed;
  bool isGood = !storeFailed;
  auto views = nlohmann::ordered_json::array();
  for (const projections::ProjectionStatus& view : watched.engine.status()) {
    isGood = isGood && view.stoppedBy.empty();
    nlohmann::ordered_json shown = {{"name", view.name}, {"next", view.next.value}};
    shown["stopped_by"] = view.stoppedBy;
    views.push_back(std::move(shown));
  }
  const nlohmann::ordered_json json = {{"status", isGood ? "ok" : "degraded"},
                                       {"head", watched.log.head().value},
                                       {"store_failed", storeFailed},
                                       {"projections", std::move(views)}};
  // A reason may quote bytes of a damaged event: whatever they are, this must not throw.
  return {isGood,
          json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"};
}

std::string metricsText(const Watched& watched) {
  Families families;
  addCommands(families, watched.commands.stats());
  addViews(families, watched.engine.status());
  families
      .family("docket_log_head", "The position that the next event will get.", MetricType::Gauge)
      .metric(watched.log.head().value);
  families.family("docket_log_bytes", "Bytes of the log on disk.", MetricType::Gauge)
      .metric(watched.log.diskBytes());
  families
      .family("docket_log_failed",
              "1: a write failed or the log is damaged; no commands are taken.", MetricType::Gauge)
      .metric(std::uint64_t{watched.log.hasFailed() || watched.commands.stats().failed});
  families.family("docket_rpc_connections", "Open RPC connections.", MetricType::Gauge)
      .metric(std::uint64_t{watched.rpc.connections()});
  const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - watched.startedAt;
  families
      .family("docket_uptime_seconds", "Seconds since the server began to serve.",
              MetricType::Gauge)
      .metric(uptime.count());
  return families.text();
}

}  // namespace docket::server
