#include "bench/ratio_main.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace docket::bench {

namespace {

// "append/docket/1000/manual_time" -> group "append", who "docket", rest "1000".
struct Name {
  std::string group;
  std::string who;
  std::string rest;
};

Name parse(const std::string& full) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= full.size()) {
    const std::size_t slash = std::min(full.find('/', begin), full.size());
    parts.push_back(full.substr(begin, slash - begin));
    begin = slash + 1;
  }
  std::erase_if(parts, [](const std::string& part) {
    return part == "real_time" || part == "process_time" || part == "manual_time" ||
           part.find(':') != std::string::npos;
  });
  Name name;
  if (!parts.empty()) name.group = parts[0];
  if (parts.size() > 1) name.who = parts[1];
  for (std::size_t i = 2; i < parts.size(); ++i) name.rest += (i > 2 ? "/" : "") + parts[i];
  return name;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

class RatioReporter : public benchmark::ConsoleReporter {
 public:
  RatioReporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      auto rate = run.counters.find("items_per_second");
      if (rate == run.counters.end()) continue;
      const std::string name = run.benchmark_name();
      if (!rates_.contains(name)) order_.push_back(name);
      rates_[name].push_back(rate->second.value);
    }
  }

  void Finalize() override {
    ConsoleReporter::Finalize();
    std::printf("\n%-44s %14s %14s %8s\n", "median of the same run", "items/s", "ceiling", "ratio");
    for (const std::string& full : order_) {
      const Name name = parse(full);
      if (name.who == "ceiling") continue;
      const std::string* ceiling = ceilingOf(name);
      const double ours = median(rates_[full]);
      const std::string label =
          name.group + " " + name.who + (name.rest.empty() ? "" : " ") + name.rest;
      if (ceiling == nullptr) {
        std::printf("%-44s %14.0f %14s %8s\n", label.c_str(), ours, "-", "-");
        continue;
      }
      const double most = median(rates_[*ceiling]);
      std::printf("%-44s %14.0f %14.0f %8.2f\n", label.c_str(), ours, most, ours / most);
    }
  }

 private:
  const std::string* ceilingOf(const Name& name) const {
    const std::string* general = nullptr;
    for (const std::string& full : order_) {
      const Name other = parse(full);
      if (other.who != "ceiling" || other.group != name.group) continue;
      if (other.rest == name.rest) return &full;
      if (other.rest.empty()) general = &full;
    }
    return general;
  }

  std::map<std::string, std::vector<double>> rates_;
  std::vector<std::string> order_;
};

}  // namespace

int runWithRatios(int argc, char** argv) {
  std::vector<std::string> defaults = {"--benchmark_repetitions=5",
                                       "--benchmark_enable_random_interleaving=true",
                                       "--benchmark_report_aggregates_only=false"};
  std::vector<char*> arguments = {argv[0]};
  for (std::string& argument : defaults) arguments.push_back(argument.data());
  for (int i = 1; i < argc; ++i) arguments.push_back(argv[i]);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  return 0;
}

}  // namespace docket::bench
