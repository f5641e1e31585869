// calendar, promise-policy, service: set, list, show. What a desk defines once for all its boards.
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "client/cli/cli.h"
#include "client/cli/command_builder.h"
#include "client/cli/desk_files.h"
#include "client/cli/duration_text.h"
#include "client/cli/json_shapes.h"
#include "client/cli/table.h"
#include "client/cli/text_layout.h"

namespace docket::client::cli {
namespace {

using DeskAnswer = capnp::Response<api::Views::DeskResults>;

struct FileOptions {
  std::string file;
  CommandOptions command;
};

struct ServiceOptions {
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> team;
  std::optional<std::string> supplier;
  CommandOptions command;
};

DeskAnswer askDesk(Cli& cli) {
  auto answer =
      cli.ask([](Connection& connection) { return connection.desk().deskRequest().send(); });
  cli.check(answer);
  return answer;
}

std::string contentOf(const std::string& file) {
  if (file == "-") return textOrStandardInput(file);
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    throw CliFailure(ExitCode::refused, "cannot read the file '" + file + "', or it is empty");
  }
  return text.str();
}

// The one definition of that id, with its version. Refused as the server would when there is none.
template <class List>
auto findDefinition(Cli& cli, List list, const std::string& kind, const std::string& id) {
  for (const auto defined : list) {
    if (textOf(defined.getIs().getId()) == id) return defined;
  }
  cli.refuse("unknown-" + kind, "There is no " + kind + " '" + id + "'.",
             "See what is defined with docket " + kind + " list, or define it with docket " + kind +
                 " set.");
}

template <class List>
Json definitionsJson(List list) {
  Json array = Json::array();
  for (const auto defined : list) {
    array.push_back(toJson(defined.getIs(), defined.getVersion()));
  }
  return array;
}

void nothingDefined(Output& output, const std::string& kind, const std::string& how) {
  output.line("There is no " + kind + " yet. Define one: docket " + kind + " set " + how);
}

// A definition is shown as the file that makes it: it can be changed and set again.
void printFile(Output& output, const std::string& text, std::uint64_t version) {
  output.line(output.paint(Colour::dim, "# version " + std::to_string(version)));
  output.text(visibleLines(text));
}

CLI::App* addSet(CLI::App& parent, const std::string& what, FileOptions& options) {
  auto* command = parent.add_subcommand("set", "Define a " + what + ", or replace it, by a file");
  command->add_option("FILE", options.file, "In TOML (docs/CLI.md); - reads standard input")
      ->required();
  addCommandOptions(*command, options.command);
  return command;
}

// --- calendar
// -------------------------------------------------------------------------------------

void setCalendar(Cli& cli, const FileOptions& options) {
  const std::string text = contentOf(options.file);
  CommandMessage<api::DeskCommand> message(options.command);
  auto calendar = (*message).initSetCalendar();
  readCalendarFile(options.file, text, calendar);
  const std::string id(textOf(calendar.asReader().getId()));
  printDone(cli, cli.execute(message.reader()), "Defined calendar " + id,
            message.reader().getHeader());
}

void listCalendars(Cli& cli) {
  const auto answer = askDesk(cli);
  const auto calendars = answer.getDesk().getCalendars();
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"calendars", definitionsJson(calendars)}, {"next", answer.getNext()}});
    return;
  }
  if (calendars.size() == 0) return nothingDefined(output, "calendar", "FILE");
  Table table({{"CALENDAR"},
               {"NAME", Align::left, true},
               {"TIME ZONE"},
               {"HOLIDAYS", Align::right},
               {"VERSION", Align::right}});
  for (const auto defined : calendars) {
    const auto calendar = defined.getIs();
    table.add({{visible(textOf(calendar.getId())), Colour::bold},
               {visible(textOf(calendar.getName()))},
               {visible(textOf(calendar.getTimeZone()))},
               {grouped(calendar.getHolidays().size() + calendar.getYearlyHolidays().size())},
               {std::to_string(defined.getVersion()), Colour::dim}});
  }
  table.print(output);
}

void showCalendar(Cli& cli, const std::string& id) {
  const auto answer = askDesk(cli);
  const auto defined = findDefinition(cli, answer.getDesk().getCalendars(), "calendar", id);
  if (cli.output().isJson()) {
    cli.output().json(
        {{"calendar", toJson(defined.getIs(), defined.getVersion())}, {"next", answer.getNext()}});
  } else {
    printFile(cli.output(), calendarFile(defined.getIs()), defined.getVersion());
  }
}

// --- promise-policy
// -------------------------------------------------------------------------------

void setPolicy(Cli& cli, const FileOptions& options) {
  const std::string text = contentOf(options.file);
  CommandMessage<api::DeskCommand> message(options.command);
  auto policy = (*message).initSetPromisePolicy();
  readPolicyFile(options.file, text, policy);
  const std::string id(textOf(policy.asReader().getId()));
  printDone(cli, cli.execute(message.reader()), "Defined promise policy " + id,
            message.reader().getHeader());
}

std::string selectorText(api::PromisePolicy::Reader policy) {
  std::string text;
  const auto add = [&](const char* what, capnp::Text::Reader value) {
    if (value.size() == 0) return;
    text += (text.empty() ? "" : ", ") + std::string(what) + " " + visible(textOf(value));
  };
  add("board", policy.getBoard());
  add("type", policy.getType());
  add("priority", policy.getPriority());
  add("service", policy.getService());
  add("customer", policy.getCustomer());
  return text.empty() ? "all tickets" : text;
}

std::string targetsText(api::PromisePolicy::Reader policy) {
  std::string text;
  for (const auto target : policy.getTargets()) {
    text += (text.empty() ? "" : ", ") + visible(textOf(target.getKind())) + " " +
            durationText(std::chrono::seconds(target.getTarget()));
  }
  return policy.getRetired() ? "retired: " + text : text;
}

void listPolicies(Cli& cli) {
  const auto answer = askDesk(cli);
  const auto policies = answer.getDesk().getPolicies();
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"promise_policies", definitionsJson(policies)}, {"next", answer.getNext()}});
    return;
  }
  if (policies.size() == 0) return nothingDefined(output, "promise-policy", "FILE");
  Table table({{"POLICY"},
               {"FOR", Align::left, true},
               {"PROMISES", Align::left, true},
               {"CALENDAR"},
               {"VERSION", Align::right}});
  for (const auto defined : policies) {
    const auto policy = defined.getIs();
    table.add({{visible(textOf(policy.getId())), Colour::bold},
               {selectorText(policy)},
               {targetsText(policy)},
               {visible(textOf(policy.getCalendar()))},
               {std::to_string(defined.getVersion()), Colour::dim}});
  }
  table.print(output);
}

void showPolicy(Cli& cli, const std::string& id) {
  const auto answer = askDesk(cli);
  const auto defined = findDefinition(cli, answer.getDesk().getPolicies(), "promise-policy", id);
  if (cli.output().isJson()) {
    cli.output().json({{"promise_policy", toJson(defined.getIs(), defined.getVersion())},
                       {"next", answer.getNext()}});
  } else {
    printFile(cli.output(), policyFile(defined.getIs()), defined.getVersion());
  }
}

// --- service
// --------------------------------------------------------------------------------------

// A service is set as a whole: what is not given is taken from the present one, and the command is
// refused when the service has changed since that was read.
void setService(Cli& cli, ServiceOptions options) {
  const auto answer = askDesk(cli);
  for (const auto defined : answer.getDesk().getServices()) {
    const auto service = defined.getIs();
    if (textOf(service.getId()) != options.id) continue;
    if (!options.command.expected) options.command.expected = defined.getVersion();
    if (!options.name) options.name = textOf(service.getName());
    if (!options.team) options.team = textOf(service.getTeam());
    if (!options.supplier) options.supplier = textOf(service.getSupplier());
  }
  CommandMessage<api::DeskCommand> message(options.command);
  auto service = (*message).initSetService();
  const std::string none;
  service.setId(asText(options.id));
  service.setName(asText(options.name ? *options.name : options.id));
  service.setTeam(asText(options.team ? *options.team : none));
  service.setSupplier(asText(options.supplier ? *options.supplier : none));
  printDone(cli, cli.execute(message.reader()), "Defined service " + options.id,
            message.reader().getHeader());
}

void listServices(Cli& cli) {
  const auto answer = askDesk(cli);
  const auto services = answer.getDesk().getServices();
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"services", definitionsJson(services)}, {"next", answer.getNext()}});
    return;
  }
  if (services.size() == 0) return nothingDefined(output, "service", "ID --name NAME");
  Table table({{"SERVICE"},
               {"NAME", Align::left, true},
               {"TEAM", Align::left, true},
               {"SUPPLIER", Align::left, true},
               {"VERSION", Align::right}});
  for (const auto defined : services) {
    const auto service = defined.getIs();
    table.add({{visible(textOf(service.getId())), Colour::bold},
               {visible(textOf(service.getName()))},
               {visible(textOf(service.getTeam()))},
               {visible(textOf(service.getSupplier()))},
               {std::to_string(defined.getVersion()), Colour::dim}});
  }
  table.print(output);
}

void showService(Cli& cli, const std::string& id) {
  const auto answer = askDesk(cli);
  const auto defined = findDefinition(cli, answer.getDesk().getServices(), "service", id);
  const auto service = defined.getIs();
  Output& output = cli.output();
  if (output.isJson()) {
    output.json({{"service", toJson(service, defined.getVersion())}, {"next", answer.getNext()}});
    return;
  }
  output.line(output.paint(Colour::bold, visible(textOf(service.getId()))) + "  " +
              visible(textOf(service.getName())) + "  version " +
              std::to_string(defined.getVersion()));
  const auto orNobody = [](capnp::Text::Reader text) {
    return text.size() == 0 ? std::string("nobody") : visible(textOf(text));
  };
  output.line("  looked after by  " + orNobody(service.getTeam()));
  output.line("  delivered by     " + (service.getSupplier().size() == 0
                                           ? "the desk itself"
                                           : visible(textOf(service.getSupplier()))));
}

// --- Declaring
// ------------------------------------------------------------------------------------

// KIND list and KIND show ID.
void addReading(CLI::App& parent, Cli& cli, const std::string& plural, const std::string& example,
                std::pair<void (*)(Cli&), void (*)(Cli&, const std::string&)> read) {
  auto* list = parent.add_subcommand("list", "All " + plural);
  addExample(*list, "docket " + parent.get_name() + " list");
  cli.run(list, [&cli, read] { read.first(cli); });
  auto id = std::make_shared<std::string>();
  auto* show = parent.add_subcommand("show", "One of the " + plural);
  show->add_option("ID", *id, "Its id")->required();
  addExample(*show, "docket " + parent.get_name() + " show " + example);
  cli.run(show, [&cli, id, read] { read.second(cli, *id); });
}

void addService(CLI::App& app, Cli& cli) {
  auto* service = app.add_subcommand("service", "The services of a desk: set, list, show");
  service->require_subcommand(1);
  auto options = std::make_shared<ServiceOptions>();
  auto* set =
      service->add_subcommand("set", "Define a service, or change it; what is not given stays");
  set->add_option("ID", options->id, "1 to 40 of a-z, 0-9 and -")->required();
  set->add_option("--name", options->name, "What people call it; else its id");
  set->add_option("--team", options->team, "Who looks after it");
  set->add_option("--supplier", options->supplier, "Who delivers it from outside");
  addCommandOptions(*set, options->command);
  addExample(*set, "docket service set e-mail --name \"E-mail\" --team messaging");
  cli.run(set, [&cli, options] { setService(cli, *options); });
  addReading(*service, cli, "services", "e-mail", {listServices, showService});
}

}  // namespace

void addDeskCommands(CLI::App& app, Cli& cli) {
  auto* calendar =
      app.add_subcommand("calendar", "When a desk works, for its promises: set, list, show");
  calendar->require_subcommand(1);
  auto calendarOptions = std::make_shared<FileOptions>();
  auto* setOne = addSet(*calendar, "calendar", *calendarOptions);
  addExample(*setOne, "docket calendar set office-hours.toml");
  cli.run(setOne, [&cli, calendarOptions] { setCalendar(cli, *calendarOptions); });
  addReading(*calendar, cli, "calendars", "office-hours", {listCalendars, showCalendar});

  auto* policy =
      app.add_subcommand("promise-policy", "What is promised for which tickets: set, list, show");
  policy->require_subcommand(1);
  auto policyOptions = std::make_shared<FileOptions>();
  setOne = addSet(*policy, "promise policy", *policyOptions);
  addExample(*setOne, "docket promise-policy set gold.toml");
  cli.run(setOne, [&cli, policyOptions] { setPolicy(cli, *policyOptions); });
  addReading(*policy, cli, "promise policies", "gold", {listPolicies, showPolicy});

  addService(app, cli);
}

}  // namespace docket::client::cli
